/**
 * The rows of a table of options: which values an option takes, and how the command line writes and explains
 * it. An option needs one row and one documented line in an interface; the type `Rows` has the compiler
 * compare the two.
 */

type AnyFunction = (...values: never[]) => unknown

/**
 * How the command line writes and explains an option. Without `help` the help page omits it; an option
 * without any of these belongs to the library alone.
 */
export interface CommandLine {
  /** `m` for `-m`. */
  readonly short?: string
  /** The name of its value: the `N` of `--stride N`. */
  readonly value?: string
  /** What it is for. The help page adds the words that it takes, and its default. */
  readonly help?: string
  readonly default?: string | number
  /** Further explanation, after the words and the default. */
  readonly more?: string
  /** Why the option is required, if it is. */
  readonly required?: string
  /** The option needs one of these others: `csv`, or with a value, `placeholder numbered`. */
  readonly needs?: readonly string[]
  /**
   * The option stands for a value of another one: `lines` for `split`, `'lines'`. Two for the same option are
   * an error.
   */
  readonly means?: readonly [option: string, value: string | boolean]
  /** For a list: each value is taken whole, including commas. */
  readonly whole?: boolean
}

/** Which values a row takes. */
interface Values {
  readonly type:
    | 'boolean'
    | 'number'
    | 'string'
    | 'strings'
    | 'word'
    | 'function'
    | 'signal'
    | 'object'
    | 'other'
  /** The words that a value may be, each with a remark for the help page. */
  readonly words?: Readonly<Record<string, string>>
  /** For a number: whether it must be whole. */
  readonly integer?: boolean
  readonly from?: number
  readonly to?: number
  /** A word that is allowed in addition to numbers. */
  readonly orWord?: string
  /** `false` is allowed too, under this word on the command line; '' if an option of its own says so. */
  readonly orFalse?: string
  readonly orFunction?: boolean
  /** For an object: its own options. */
  readonly fields?: OptionTable
  /** For a value of another kind: whether it is valid. */
  readonly fits?: (value: unknown) => boolean
  /** What is wanted, in words, if the other fields do not say it. */
  readonly wanted?: string
}

/** One option. */
export interface OptionRow extends Values, CommandLine {}

/** Options by their names in the library; the command line writes `maxLength` as `--max-length`. */
export type OptionTable = Readonly<Record<string, OptionRow>>

/** The type of the row for an option of this type. */
export type RowOf<Value> = CommandLine & {
  readonly wanted?: string
} & ([Value] extends [boolean]
    ? { readonly type: 'boolean' }
    : Kind<Exclude<Value, false | AnyFunction>> &
        ([Extract<Value, false>] extends [never] ? unknown : { readonly orFalse: string }) &
        ([Extract<Value, AnyFunction>] extends [never]
          ? unknown
          : [Exclude<Value, false | AnyFunction>] extends [never]
            ? unknown
            : { readonly orFunction: true }))

type Kind<Value> = [Value] extends [never]
  ? { readonly type: 'function' }
  : [Extract<Value, number>] extends [never]
    ? OtherKind<Value>
    : {
        readonly type: 'number'
        readonly integer?: boolean
        readonly from?: number
        readonly to?: number
      } & ([Extract<Value, string>] extends [never] ? unknown : { readonly orWord: Extract<Value, string> })

type OtherKind<Value> = string extends Value
  ? [Value] extends [string]
    ? { readonly type: 'string' }
    : Other
  : [Value] extends [string]
    ? { readonly type: 'word'; readonly words: Readonly<Record<Value, string>> }
    : [Value] extends [readonly string[]]
      ? { readonly type: 'strings' }
      : [Value] extends [AbortSignal]
        ? { readonly type: 'signal' }
        : Other | { readonly type: 'object'; readonly fields: Rows<Value> }

interface Other {
  readonly type: 'other'
  readonly fits: (value: unknown) => boolean
  readonly wanted: string
}

/** A row for every option of an interface: none missing, none extra, each of the matching type. */
export type Rows<Options> = {
  readonly [Name in keyof Required<Options>]: RowOf<NonNullable<Options[Name]>>
}

/** The type of the values of a row. */
export type ValueOf<SomeRow> = SomeRow extends { readonly type: 'boolean' }
  ? boolean
  : SomeRow extends { readonly type: 'number' }
    ? number | (SomeRow extends { readonly orWord: infer Word } ? Word : never)
    : SomeRow extends { readonly type: 'strings' }
      ? readonly string[]
      :
          | (SomeRow extends { readonly words: infer Words } ? keyof Words & string : string)
          | (SomeRow extends { readonly orFalse: string } ? false : never)
