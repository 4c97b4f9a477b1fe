/** Persons first, since most look for them. */
const KNOWN: Readonly<Record<string, { readonly name: string; readonly hue: number }>> = {
  PER: { name: 'Person', hue: 250 },
  ORG: { name: 'Organisation', hue: 70 },
  LOC: { name: 'Place', hue: 150 },
  MISC: { name: 'Other name', hue: 325 },
}
/** In words, where the type is one of the four that most models have. */
export function nameOf(type: string): string {
  return Object.hasOwn(KNOWN, type) ? KNOWN[type]!.name : type
}

/** Each type once: persons, then the known ones, then the others by the alphabet. */
export function inOrderOfTypes(types: readonly string[]): string[] {
  const known = ['PERSON', ...Object.keys(KNOWN)]
  const order = (type: string): number => {
    const at = known.indexOf(type.toUpperCase())
    return at < 0 ? known.length : at
  }
  return [...new Set(types)].sort((one, other) => order(one) - order(other) || (one < other ? -1 : 1))
}

/** Gives an element the colour of a type, which is the same in every text. By script, since the page's policy forbids style attributes. */
export function paint(element: HTMLElement, type: string): void {
  element.style.setProperty('--hue', String(hueOf(type)))
}

function hueOf(type: string): number {
  if (Object.hasOwn(KNOWN, type)) return KNOWN[type]!.hue
  let hash = 7
  for (const letter of type) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0
  return hash % 360
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
