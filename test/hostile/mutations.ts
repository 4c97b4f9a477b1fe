/** Damaged copies of JSON and other text, from a seeded source of random numbers. */

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e300,
    -0,
    '',
    '1',
    'gelu',
    '__proto__',
    '../x',
    'x'.repeat(1_000),
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    { toString: null, valueOf: null },
    { length: 5 },
    { '0': 'O' },
    JSON.parse('{"__proto__":{"a":1}}'),
  ],
]

/** A JSON value with one of its parts, however deep, replaced, removed or given another name. */
export function mutatedValue(value: unknown, random: (n: number) => number): unknown {
  if (typeof value !== 'object' || value === null || random(4) === 0) return VALUES[random(VALUES.length)]
  const entries = Object.entries(value)
  if (entries.length === 0) return VALUES[random(VALUES.length)]
  const chosen = random(entries.length)
  const [key, part] = entries[chosen]!
  switch (random(8)) {
    case 0:
      entries.splice(chosen, 1)
      break
    case 1:
      entries[chosen] = [['__proto__', 'constructor', '0', '99', 'model_type'][random(5)]!, part]
      break
    default:
      entries[chosen] = [key, mutatedValue(part, random)]
  }
  if (Array.isArray(value)) return entries.map(([, each]) => each)
  return Object.fromEntries(entries)
}

/** Bytes with a few of them changed. */
export function mutatedText(json: string, random: (n: number) => number): Uint8Array {
  const bytes = new TextEncoder().encode(json)
  for (let edits = 1 + random(3); edits > 0; edits--) bytes[random(bytes.length)] = random(256)
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}
