/**
 * `iobert/rules`: ready-made rules for what people redact and models of names do not find. They are ordinary
 * rules, in a module of their own so that pages that do not use them do not load them.
 *
 * @example
 * // import { email, iban } from 'iobert/rules'
 * await ner.recognize('Pay to DE89 3704 0044 0532 0130 00', { rules: [email, iban] })
 *
 * @module iobert/rules
 */

import { address } from './presets/address.ts'
import { email, url } from './presets/contact.ts'
import { birthdate, passport, ssn } from './presets/identity.ts'
import { card, iban } from './presets/money.ts'
import {
  aadhaar,
  aba,
  codicefiscale,
  cpf,
  hetu,
  nhs,
  nif,
  nino,
  pan,
  personnummer,
  pesel,
  steuerid,
} from './presets/national.ts'
import { ip, mac } from './presets/network.ts'
import { phone } from './presets/phone.ts'
import { secret } from './presets/secrets.ts'
import { bitcoin, ethereum } from './presets/wallet.ts'
import type { PatternRule, PresetName } from './types.ts'

export { compileRules } from './compile-rules.ts'
export { parseRules } from './parse-rules.ts'
export type {
  PatternRule,
  PhraseRule,
  PresetName,
  Rule,
  RuleMatch,
  RulePolicy,
  RuleSet,
  Rules,
} from './types.ts'
export {
  aadhaar,
  aba,
  address,
  birthdate,
  bitcoin,
  card,
  codicefiscale,
  cpf,
  email,
  ethereum,
  hetu,
  iban,
  ip,
  mac,
  nhs,
  nif,
  nino,
  pan,
  passport,
  personnummer,
  pesel,
  phone,
  secret,
  ssn,
  steuerid,
  url,
}

/**
 * All presets by name: `rules: ['email', 'iban']`, `iobert --rules email,iban`. Where two find the same, the type is that of the one that comes first.
 */
export const presets: Readonly<Record<PresetName, PatternRule>> = {
  ...{
    email,
    secret,
    url,
    iban,
    card,
    bitcoin,
    ethereum,
    ssn,
    nhs,
    nino,
    nif,
    codicefiscale,
    steuerid,
    pesel,
  },
  ...{ personnummer, hetu, aadhaar, pan, cpf, aba, phone, mac, ip, passport, birthdate, address },
}
