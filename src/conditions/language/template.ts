/** Templates of custom words: `file {path:word} is older than {age:duration}`. */
import { near } from '../../errors/suggest.ts'
import { quote } from '../evaluate/print.ts'
import { type PlaceholderType, placeholderKinds, readPlaceholderText } from './placeholders.ts'

interface Placeholder {
  readonly name: string
  readonly type: PlaceholderType
}

/** A parsed template. */
export interface Template {
  readonly placeholders: readonly Placeholder[]
  /** Matches the words of a statement, with a named group for each placeholder. */
  readonly pattern: RegExp
  /** The template in the notation of shapes. */
  readonly shape: string
  /** The words with the placeholders filled; null if the values do not fit. */
  print(values: Readonly<Record<string, unknown>>): string | null
}

const placeholderPattern = /\{([^{}]*)\}/

/** Parses a template. Throws a `SyntaxError` if it is invalid. */
export function parseTemplate(wording: string): Template {
  const text = wording.trim().replace(/\s+/g, ' ')
  const pieces = text.split(placeholderPattern)
  // Text between placeholders has even indexes, placeholders have odd ones.
  const literals = pieces.filter((_, place) => place % 2 === 0)
  const placeholders = pieces
    .filter((_, place) => place % 2 === 1)
    .map((placeholder) => readPlaceholder(placeholder, wording))
  check(wording, literals, placeholders)
  const source = literals
    .map((literal, place) => {
      const placeholder = placeholders[place]
      return (
        escaped(literal) +
        (placeholder === undefined
          ? ''
          : `(?<${placeholder.name}>${sourceOf(placeholder, literals[place + 1]!)})`)
      )
    })
    .join('')
  const pattern = new RegExp(`^${source}$`, 'ds')
  return Object.freeze({
    placeholders,
    pattern,
    shape: literals
      .map((literal, place) => literal + (placeholders[place] ? `<${placeholders[place].name}>` : ''))
      .join(''),
    print: (values: Readonly<Record<string, unknown>>) => printed(values, literals, placeholders, pattern),
  })
}

function check(wording: string, literals: readonly string[], placeholders: readonly Placeholder[]): void {
  const cannot = (rule: string): never => {
    throw new SyntaxError(`Cannot use the template '${wording}' as ${rule}`)
  }
  const twice = placeholders.find(
    (placeholder, place) => placeholders.findIndex(({ name }) => name === placeholder.name) !== place,
  )
  if (twice !== undefined) cannot(`each placeholder may occur once: {${twice.name}}`)
  if (literals.some((literal) => /[&|~(){}]/.test(literal.replace(/'[^']*'/g, ''))))
    cannot('it must not contain & | ~ ( ) or an unclosed placeholder')
  if (literals.some((literal, place) => literal === '' && place > 0 && place < placeholders.length))
    cannot('placeholders must be separated by words')
  if (literals.every((literal) => literal.trim() === ''))
    cannot('it must contain a word besides placeholders')
}

function readPlaceholder(placeholder: string, wording: string): Placeholder {
  const [name, type = 'text', more] = placeholder.split(':')
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name) || more !== undefined)
    throw new SyntaxError(
      `Cannot use the template '${wording}' as a placeholder must be a name, optionally with a type: {${placeholder}}`,
    )
  if (Object.hasOwn(placeholderKinds, type)) return Object.freeze({ name, type: type as PlaceholderType })
  const types = Object.keys(placeholderKinds)
  const close = near(type, types)[0]
  const hint = close === undefined ? `Known are ${types.join(', ')}.` : `Did you mean '${close}'?`
  throw new SyntaxError(
    `Cannot use the template '${wording}' as a placeholder has an unknown type: {${placeholder}}. ${hint}`,
  )
}

/** A placeholder ends where the words after it begin, so that matching never backtracks, regardless of the length. */
function sourceOf({ type }: Placeholder, after: string): string {
  const { pattern } = placeholderKinds[type]
  if (type === 'number' || type === 'task') return pattern!
  const stop = after === '' ? '' : `(?!${escaped(after)})`
  const letter = type === 'word' ? "[^\\s']" : '.'
  return `'(?:[^'\\\\]|\\\\.)*'|(?:${stop}${letter})+`
}

function printed(
  values: Readonly<Record<string, unknown>>,
  literals: readonly string[],
  placeholders: readonly Placeholder[],
  pattern: RegExp,
): string | null {
  const isFilled = placeholders.every(({ name }) => ['string', 'number'].includes(typeof values[name]))
  if (placeholders.length !== Object.keys(values).length || !isFilled) return null
  const fill = (print: (placeholder: Placeholder) => string): string =>
    literals
      .map((literal, place) => literal + (placeholders[place] ? print(placeholders[place]) : ''))
      .join('')
  const plain = fill(({ name, type }) => placeholderKinds[type].print(values[name] as never))
  // Text that contains the words after its placeholder is quoted as well.
  const inQuotes = fill(({ name, type }) =>
    type === 'text' ? quote(String(values[name])) : placeholderKinds[type].print(values[name] as never),
  )
  const isReadBack = (text: string): boolean => {
    const groups = pattern.exec(text)?.groups
    return placeholders.every(
      ({ name, type }) => groups !== undefined && readsAs(type, groups[name]!, values[name]),
    )
  }
  return [plain, inQuotes].find(isReadBack) ?? null
}

function readsAs(type: PlaceholderType, text: string, value: unknown): boolean {
  try {
    return Object.is(readPlaceholderText(type, text), value)
  } catch {
    return false
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
