/**
 * The rows of a table of options: what values an option takes, and how the command line writes and explains it. One row is all
 * that an option needs besides its documented line in an interface, and `Rows` has the compiler compare the two.
 */

type AnyFunction = (...values: never[]) => unknown

/** How the command line writes and explains an option. Without `help` it is not in the help; without any it is the library's alone. */
export interface CommandLine {
  /** `m` for `-m`. */
  readonly short?: string
  /** What its value is called: the `N` of `--stride N`. */
  readonly value?: string
  /** What it is for. The words that it takes, and its default, are added by the help page. */
  readonly help?: string
  readonly default?: string | number
  /** What else there is to say, after the words and the default. */
  readonly more?: string
  /** It must be given, and why. */
  readonly required?: string
  /** It is an error without one of these: `csv`, or with a value `placeholder numbered`. */
  readonly needs?: readonly string[]
  /** Short for another option's value: `lines` for `split`, `'lines'`. Two of one option are an error. */
  readonly means?: readonly [option: string, value: string | boolean]
  /** Of a list: each value is taken whole, commas and all. */
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
  /** The words that a value may be, each with a remark for the help. */
  readonly words?: Readonly<Record<string, string>>
  /** Of a number: whether it must be whole. */
  readonly integer?: boolean
  readonly from?: number
  readonly to?: number
  /** Beside numbers this word. */
  readonly orWord?: string
  /** Beside the others `false`, and the word for it on the command line; '' where an option of its own says so. */
  readonly orFalse?: string
  readonly orFunction?: boolean
  /** Of an object: its own options. */
  readonly fields?: Table
  /** Of a value of no such kind: whether it is one. */
  readonly fits?: (value: unknown) => boolean
  /** In words, where the others do not tell. */
  readonly wanted?: string
}

/** One option. */
export interface Row extends Values, CommandLine {}

/** Options by their names in the library; the command line writes `maxLength` as `--max-length`. */
export type Table = Readonly<Record<string, Row>>

/** The type that a row must have for an option of this type. */
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

/** A row for every option of an interface: none is missing, none is too many, and each takes the values of its type. */
export type Rows<Options> = {
  readonly [Name in keyof Required<Options>]: RowOf<NonNullable<Options[Name]>>
}

/** A row whose values are read as one of these types. */
export type ValueOf<SomeRow> = SomeRow extends { readonly type: 'boolean' }
  ? boolean
  : SomeRow extends { readonly type: 'number' }
    ? number | (SomeRow extends { readonly orWord: infer Word } ? Word : never)
    : SomeRow extends { readonly type: 'strings' }
      ? readonly string[]
      :
          | (SomeRow extends { readonly words: infer Words } ? keyof Words & string : string)
          | (SomeRow extends { readonly orFalse: string } ? false : never)
