/**
 * Recognises a mail as it is sent where a text was expected, by its headers. Its text is encoded: `L=C3=B3pez` is López, and
 * base64 has no words at all. A model finds few of its names, and to take out those that it finds would damage the rest.
 */

/** Lines `Name: value`, each with the lines after it that begin with a blank, up to an empty line. */
const HEADERS = /^\ufeff?(?:From [^\n]*\n)?((?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+)(?=\r?\n|$)/u
/** That is how far headers are looked for. */
const LONGEST_HEADERS = 100_000
/** What of mail headers encodes: the whole text, parts of it, or words of the headers themselves. */
const ENCODINGS =
  /^content-transfer-encoding:\s*(?:quoted-printable|base64)|^content-type:\s*multipart\/|=\?[^?\s]+\?[bq]\?/imu

/** Why a text is not read: it is a mail whose text is encoded. Nothing for what is none, or is all readable. */
export function encodedMail(source: string): Error | undefined {
  const headers = HEADERS.exec(source.slice(0, LONGEST_HEADERS))?.[1] ?? ''
  const encoding = ENCODINGS.exec(headers)?.[0].trim()
  return encoding === undefined
    ? undefined
    : new TypeError(
        `it is a mail as it is sent, whose text is encoded (${encoding}), so that its names are not seen: read it from a file that ends in .eml, save its text, or write --input text to read it as it stands`,
      )
}
