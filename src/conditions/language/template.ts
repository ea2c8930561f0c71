/** A wording with slots: `file {path:word} is older than {age:duration}`. */
import { near } from '../../errors/suggest.ts'
import { quote } from '../evaluate/print.ts'
import { readSlot, type SlotType, slotKinds } from './placeholders.ts'

interface Placeholder {
  readonly name: string
  readonly type: SlotType
}

/** A wording that has been read. */
export interface Template {
  readonly slots: readonly Placeholder[]
  /** Matches the words of a statement; a named group for each slot. */
  readonly pattern: RegExp
  /** In the notation of shapes. */
  readonly shape: string
  /** The words with the slots filled; null where these values do not fill them. */
  print(values: Readonly<Record<string, unknown>>): string | null
}

const slotPattern = /\{([^{}]*)\}/

/** Reads a wording; a `SyntaxError` where it can be none. */
export function parseTemplate(wording: string): Template {
  const text = wording.trim().replace(/\s+/g, ' ')
  const pieces = text.split(slotPattern)
  // What lies between slots stands at even places, slots at odd ones.
  const literals = pieces.filter((_, place) => place % 2 === 0)
  const slots = pieces.filter((_, place) => place % 2 === 1).map((slot) => readPlaceholder(slot, wording))
  check(wording, literals, slots)
  const source = literals
    .map((literal, place) => {
      const slot = slots[place]
      return (
        escaped(literal) +
        (slot === undefined ? '' : `(?<${slot.name}>${sourceOf(slot, literals[place + 1]!)})`)
      )
    })
    .join('')
  const pattern = new RegExp(`^${source}$`, 'ds')
  return Object.freeze({
    slots,
    pattern,
    shape: literals
      .map((literal, place) => literal + (slots[place] ? `<${slots[place].name}>` : ''))
      .join(''),
    print: (values: Readonly<Record<string, unknown>>) => printed(values, literals, slots, pattern),
  })
}

function check(wording: string, literals: readonly string[], slots: readonly Placeholder[]): void {
  const cannot = (rule: string): never => {
    throw new SyntaxError(`Cannot use '${wording}' as words as ${rule}`)
  }
  const twice = slots.find((slot, place) => slots.findIndex(({ name }) => name === slot.name) !== place)
  if (twice !== undefined) cannot(`a slot may stand in it once: {${twice.name}}`)
  if (literals.some((literal) => /[&|~(){}]/.test(literal.replace(/'[^']*'/g, ''))))
    cannot('they must not hold & | ~ ( ) or an open slot')
  if (literals.some((literal, place) => literal === '' && place > 0 && place < slots.length))
    cannot('slots must stand apart')
  if (literals.every((literal) => literal.trim() === '')) cannot('they must hold a word beside the slots')
}

function readPlaceholder(slot: string, wording: string): Placeholder {
  const [name, type = 'text', more] = slot.split(':')
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name) || more !== undefined)
    throw new SyntaxError(
      `Cannot use '${wording}' as words as a slot is a name, perhaps with a type: {${slot}}`,
    )
  if (Object.hasOwn(slotKinds, type)) return Object.freeze({ name, type: type as SlotType })
  const types = Object.keys(slotKinds)
  const close = near(type, types)[0]
  const hint = close === undefined ? `Known are ${types.join(', ')}.` : `Did you mean '${close}'?`
  throw new SyntaxError(`Cannot use '${wording}' as words as a slot has no such type: {${slot}}. ${hint}`)
}

/** A slot ends where the words after it begin: nothing is tried twice, however long the text. */
function sourceOf({ type }: Placeholder, after: string): string {
  const { pattern } = slotKinds[type]
  if (type === 'number' || type === 'task') return pattern!
  const stop = after === '' ? '' : `(?!${escaped(after)})`
  const letter = type === 'word' ? "[^\\s']" : '.'
  return `'(?:[^'\\\\]|\\\\.)*'|(?:${stop}${letter})+`
}

function printed(
  values: Readonly<Record<string, unknown>>,
  literals: readonly string[],
  slots: readonly Placeholder[],
  pattern: RegExp,
): string | null {
  const isFilled = slots.every(({ name }) => ['string', 'number'].includes(typeof values[name]))
  if (slots.length !== Object.keys(values).length || !isFilled) return null
  const fill = (print: (slot: Placeholder) => string): string =>
    literals.map((literal, place) => literal + (slots[place] ? print(slots[place]) : '')).join('')
  const plain = fill(({ name, type }) => slotKinds[type].print(values[name] as never))
  // Text that holds the words after its slot stands in quotes, too.
  const inQuotes = fill(({ name, type }) =>
    type === 'text' ? quote(String(values[name])) : slotKinds[type].print(values[name] as never),
  )
  const isReadBack = (text: string): boolean => {
    const groups = pattern.exec(text)?.groups
    return slots.every(({ name, type }) => groups !== undefined && readsAs(type, groups[name]!, values[name]))
  }
  return [plain, inQuotes].find(isReadBack) ?? null
}

function readsAs(type: SlotType, text: string, value: unknown): boolean {
  try {
    return Object.is(readSlot(type, text), value)
  } catch {
    return false
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
