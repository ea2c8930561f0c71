/** Masks hidden task names in texts that quote them. */

/** The placeholder for a hidden name. */
export const hiddenName = '(hidden)'

/** Statements and messages quote each name of a task, after this word: `after tasks 'fetch', 'merge' succeeded`. */
const named = /\btasks? ('(?:\\.|[^'\\])*'(?:, ?'(?:\\.|[^'\\])*')*)/gis
const quoted = /'((?:\\.|[^'\\])*)'/gs

export class Mask {
  readonly #pattern: RegExp | null

  constructor(names: readonly string[]) {
    const forms = new Set(names.flatMap(formsOf))
    // The longer ones first: a quoted name may begin with another.
    const sorted = [...forms].sort((a, b) => b.length - a.length)
    this.#pattern = sorted.length === 0 ? null : new RegExp(sorted.map(escapePattern).join('|'), 'g')
  }

  /** Names of tasks that texts anywhere in plain data tell of. */
  static namesIn(value: unknown): string[] {
    const lists = textsIn(value).flatMap((text) => [...text.matchAll(named)].map(([, list]) => list!))
    const names = lists.flatMap((list) => [...list.matchAll(quoted)].map(([, name]) => name!))
    // A message quotes a name as it is, a statement escapes it.
    return [...new Set(names.flatMap((name) => [name, name.replace(/\\(.)/gs, '$1')]))]
  }

  text(text: string): string {
    if (this.#pattern === null) return text
    const masked = text.replace(this.#pattern, (found) => `${found[0]}${hiddenName}${found.at(-1)}`)
    // A hint to what was meant would tell that it is there.
    return masked === text ? text : masked.replace(/ ?did you mean [^?]*\(hidden\)[^?]*\?/gi, '')
  }

  /** @param isKept - Texts that are shown as they are. */
  value<T>(value: T, isKept: (text: string) => boolean = () => false): T {
    if (this.#pattern === null) return value
    return mapTexts(value, (text) => (isKept(text) ? text : this.text(text))) as T
  }
}

/** A name in each kind of quotes that messages and statements use, also as a statement escapes it. */
function formsOf(name: string): string[] {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  return [`'${name}'`, `'${escaped}'`, `"${name}"`, `\`${name}\``]
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** All texts in plain data. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = []
  mapTexts(value, (text) => {
    texts.push(text)
    return text
  })
  return texts
}

/** A copy of plain data with each text in it mapped. Keys stay. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]))
}
