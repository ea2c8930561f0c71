/** Command lines: splitting into words, and conversion of values to arguments. */
import { SetupError } from '../errors/errors.ts'

/**
 * The form of args on a command line: `long` `--name value`, `equals` `--name=value`, `short` `-name value`, `values` only the
 * values, `none` no args.
 *
 * @example
 * ```ts
 * const argStyle: ArgStyle = 'equals'
 * app.task('dump', 'daily', { args: { jobs: 4 } }, command('pg_dump shop', { argStyle })) // pg_dump shop --jobs=4
 * ```
 */
export type ArgStyle = 'long' | 'equals' | 'short' | 'values' | 'none'

export const argStyles: readonly ArgStyle[] = ['long', 'equals', 'short', 'values', 'none']

/**
 * Splits a line into words without a shell: at spaces, except within quotes. Throws a `SyntaxError` for syntax that only a
 * shell interprets, as the words would not do what the line says.
 *
 * @example
 * ```ts
 * toWords('git commit -m "a b"')    // ['git', 'commit', '-m', 'a b']
 * ```
 */
export function toWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (const character of line) {
    if (quote !== null) {
      if (character === quote) quote = null
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else if ('|&;<>()$`\\*?'.includes(character)) {
      throw new SyntaxError(
        `Cannot read the command without a shell as '${character}' has a meaning only to a shell: ${line}. ` +
          `Quote it, give the words as a list, or set { shell: true }.`,
      )
    } else word = (word ?? '') + character
  }
  if (quote !== null)
    throw new SyntaxError(`Cannot read the command as every quote must be closed: ${quote} is not in ${line}`)
  if (word !== null) words.push(word)
  return words
}

/**
 * Converts values to arguments. `true` is the name alone; `false`, `null` and `undefined` are omitted; a list repeats the name;
 * a name that begins with `-` is unchanged. Throws a `SetupError` for a value without a text form.
 */
export function toArguments(values: Readonly<Record<string, unknown>>, style: ArgStyle): string[] {
  if (style === 'none') return []
  return Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) => argument(name, each, style)),
  )
}

function argument(name: string, value: unknown, style: ArgStyle): string[] {
  if (value === undefined || value === null || value === false) return []
  const flag = name.startsWith('-') ? name : `${style === 'short' ? '-' : '--'}${name}`
  if (value === true) return style === 'values' ? ['true'] : [flag]
  const text = toText(name, value)
  if (style === 'values') return [text]
  return style === 'equals' ? [`${flag}=${text}`] : [flag, text]
}

function toText(name: string, value: unknown): string {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return value
    throw new SetupError(`Cannot pass arg '${name}' to a command as it must not contain a NUL character.`)
  }
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  throw new SetupError(
    `Cannot pass arg '${name}' to a command as it must be text, a number, a date, a boolean or a list of these: a ${typeof value}. ` +
      `Pass it by 'input', or leave it out with argStyle 'none'.`,
  )
}

/** A word quoted for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
