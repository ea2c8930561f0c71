/** Filters of the sequence, which are kept in the URL. */
import type { Entry, Step } from './sequence-log.ts'

/** The filters; an empty text matches everything. */
export interface Filter {
  /** Key of an actor that sent or received the event. */
  readonly actor: string
  /** Name of the task that the sender or the receiver belongs to. */
  readonly task: string
  /** Patterns of event types, such as `run.* -xstate.*`: `*` stands for any characters, and `-` excludes. */
  readonly type: string
  /** Text anywhere in the event, the state after it, or the names of the actors. */
  readonly text: string
}

export const noFilter: Filter = { actor: '', task: '', type: '', text: '' }

/** The filter of a query string. */
export function toFilter(search: URLSearchParams): Filter {
  const of = (name: keyof Filter): string => search.get(name) ?? ''
  return { actor: of('actor'), task: of('task'), type: of('type'), text: of('text') }
}

/** The entries that match. Gaps stay where they are between matching events; adjacent ones are merged. */
export function filterEntries(entries: readonly Entry[], filter: Filter): readonly Entry[] {
  const matches = matcher(filter)
  const kept: Entry[] = []
  for (const entry of entries) {
    if (entry.kind === 'step') {
      if (matches(entry)) kept.push(entry)
      continue
    }
    const last = kept.at(-1)
    if (last?.kind !== 'gap') kept.push(entry)
    else
      kept[kept.length - 1] = {
        ...last,
        count: last.count === null || entry.count === null ? null : last.count + entry.count,
      }
  }
  return kept
}

function matcher({ actor, task, type, text }: Filter): (step: Step) => boolean {
  const isType = typeMatcher(type)
  const wanted = text.toLowerCase()
  return (step) =>
    (actor === '' || [step.from, step.to].some((each) => each !== null && keyOf(each) === actor)) &&
    (task === '' || step.to.task === task || step.from?.task === task) &&
    isType(step.type) &&
    (wanted === '' || textOf(step).includes(wanted))
}

/** The key of an actor. */
export function keyOf({ path }: { readonly path: readonly string[] }): string {
  return path.at(-1)!
}

function typeMatcher(patterns: string): (type: string) => boolean {
  const all = patterns
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((each) => each !== '' && each !== '-')
  const included = all.filter((each) => !each.startsWith('-')).map((each) => each.split('*'))
  const excluded = all.filter((each) => each.startsWith('-')).map((each) => each.slice(1).split('*'))
  return (type) => {
    const text = type.toLowerCase()
    const isOneOf = (some: readonly (readonly string[])[]): boolean =>
      some.some((parts) => isLike(text, parts))
    return (included.length === 0 || isOneOf(included)) && !isOneOf(excluded)
  }
}

/** True if a text consists of the parts with anything between them. An expression would take too long for many stars. */
function isLike(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false
  let at = first.length
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

const texts = new WeakMap<Step, string>()

function textOf(step: Step): string {
  let text = texts.get(step)
  if (text === undefined) {
    const { from, to, event, after } = step
    const names = [from, to].flatMap((each) => (each === null ? [] : [each.role, each.id, each.task]))
    text = JSON.stringify([step.type, names, event, after?.value, after?.context]).toLowerCase()
    texts.set(step, text)
  }
  return text
}
