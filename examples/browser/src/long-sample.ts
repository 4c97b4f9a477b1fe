/** A made-up news wire of some hundred notes: long enough to watch the progress and to stop it. */
const NOTES = 400

const PEOPLE =
  'Maria Alvarez|John Whitfield|Aiko Tanaka|Kwame Mensah|Elena Petrova|Lars Johansson|Priya Raman|Thomas Keller|Amina Diallo|Pierre Laurent|Rosa Martinelli|David Cohen'.split(
    '|',
  )
const CITIES =
  'Geneva|Nairobi|Toronto|Warsaw|Jakarta|Lisbon|Chicago|Osaka|Melbourne|Buenos Aires|Helsinki|Cairo'.split(
    '|',
  )
const GROUPS =
  'World Bank|Siemens|Red Cross|Toyota|United Nations|Deutsche Bank|Boeing|Greenpeace|Nestle|European Commission|Volvo|Reuters'.split(
    '|',
  )
const OTHERS =
  'French|Kenyan|Canadian|Polish|Indonesian|Portuguese|American|Japanese|Australian|Argentine|Finnish|Egyptian'.split(
    '|',
  )
const FRAMES = [
  '{city}: {person} of the {group} said on Monday that talks with the {other} government would go on until the end of the month.',
  'Shares of {group} rose by three percent after {person} told investors in {city} that the {other} market had grown faster than expected.',
  '{person} will lead the {other} office of the {group} from next spring and move from {city} to {city2}, the organisation announced.',
  'A fire stopped work at a plant of {group} near {city}. "Nobody was hurt," said {person}, who had come from {city2} in the night.',
  'The {other} team won in {city} by two goals. {person} scored both; {person2} missed a penalty in the last minute.',
  'Heavy rain closed the road between {city} and {city2}. The {group} sent food, and {person} asked {other} villages for boats.',
]

export function longSample(): string {
  let state = 7
  const pick = (from: readonly string[]): string => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return from[(state >>> 16) % from.length]!
  }
  const lists: Readonly<Record<string, readonly string[]>> = {
    person: PEOPLE,
    city: CITIES,
    group: GROUPS,
    other: OTHERS,
  }
  const notes = Array.from({ length: NOTES }, (_, index) => {
    const note = pick(FRAMES).replace(/\{([a-z]+)2?\}/g, (_match, name: string) => pick(lists[name]!))
    return `${index + 1}. ${note}`
  })
  return `${notes.join('\n\n')}\n`
}
