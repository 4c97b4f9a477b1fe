/** A token that is cut out of the text as it stands, before anything else is done to it. */
export interface AddedToken {
  readonly content: string
  readonly id: number
  /** Met only where no letter or digit is next to it. */
  readonly singleWord: boolean
  /** Takes the white space before it. */
  readonly stripLeft: boolean
  /** Takes the white space after it. */
  readonly stripRight: boolean
  /** Looked for in the normalised text, not in the text as it stands. */
  readonly normalized: boolean
  /** Left out where ids are made text. */
  readonly special: boolean
}
