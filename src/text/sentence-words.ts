/**
 * Words that decide whether the full stop after them ends a sentence, in lower case and without the full
 * stop.
 */

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/))
}

/** Titles. A name follows, whatever it begins with, so a sentence never ends here. */
export const TITLES: ReadonlySet<string> = words(
  `mr mrs ms mx dr drs prof rev hon gen brig col maj capt cpt cdr cmdr lt sgt cpl pvt adm gov sen sens rep reps pres amb supt insp det
  messrs mme mmes mlle mgr msgr fr st ste mt sr sra srta dra dña don sig dott lic ing arq dhr mevr hr herr`,
)

/** A sentence ends after them only if a word follows that begins sentences (`SENTENCE_STARTERS`). */
export const ABBREVIATIONS: ReadonlySet<string> = words(
  `jr snr esq inc ltd co cos corp bros llc llp plc gmbh assn assoc dept div univ inst intl natl govt mfg est
  ave blvd rd hwy sq bldg apt ste ft vs approx ca cf al viz resp
  ala ariz ark calif colo conn fla ill kan ky mass mich minn mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo
  bzw ggf evtl inkl zzgl usw vgl sog gem str bijv enz dl pág págs núm ud uds ecc`,
)

/** Abbreviations before a number; otherwise words, or the end of a sentence. */
export const BEFORE_NUMBERS: ReadonlySet<string> = words(
  `no nos nr nrs num p pp pg pgs fig figs eq eqs art arts sec sect ch chap vol vols op ver par para tab tel ext ph
  jan feb febr mar apr jun jul aug sep sept oct okt nov dec dez mon tue tues wed weds thu thur thurs fri sat sun`,
)

/** Abbreviations that may end a sentence, but only before a capital. */
export const BEFORE_SMALL_LETTERS: ReadonlySet<string> = words(
  'etc usw ff et seq hrs hr min mins sec secs max avg ea pt pts lb lbs oz kg km cm mm in ft yd',
)

/** Names that end in an exclamation mark. */
export const EXCLAIMED: ReadonlySet<string> = words('yahoo jeopardy wham')

/** Words that begin sentences but hardly ever a name. */
export const SENTENCE_STARTERS: ReadonlySet<string> = words(
  `a about after all also although an and another any are as at because before both but by can could did do does during each even every
  few first for from had has have he her here his how however i if in into is it its last later let many meanwhile
  more moreover most my nevertheless next nor not nothing now of on once one only or other our over perhaps please
  several she should since so some still such thank thanks that the their then there therefore these they this those though thus
  to today tomorrow under unless until was we were what when where which while who whose why with would yes yesterday yet you your`,
)

/**
 * Months after an ordinal number, which has a point in German and neighbouring languages: `am 3. Oktober`.
 */
export const MONTHS: ReadonlySet<string> = words(
  `januar jänner jan februar feber feb märz mär april apr mai juni jun juli jul august aug september sept sep oktober okt november nov dezember dez
  marts maj oktober december`,
)
