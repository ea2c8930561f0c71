/** Mask for hidden task names in texts that quote them. */

/** The placeholder for a hidden name. */
export const hiddenName = '(hidden)'

/** Quoted task names in statements and messages, such as `after tasks 'fetch', 'merge' succeeded`. */
const named = /\btasks? ('(?:\\.|[^'\\])*'(?:, ?'(?:\\.|[^'\\])*')*)/gis
const quoted = /'((?:\\.|[^'\\])*)'/gs

export class Mask {
  readonly #pattern: RegExp | null

  constructor(names: readonly string[]) {
    const forms = new Set(names.flatMap(formsOf))
    // Longest first, since a quoted name may begin with another one.
    const sorted = [...forms].sort((a, b) => b.length - a.length)
    this.#pattern = sorted.length === 0 ? null : new RegExp(sorted.map(escapePattern).join('|'), 'g')
  }

  /** Task names quoted in texts anywhere in plain data. */
  static namesIn(value: unknown): string[] {
    const lists = textsIn(value).flatMap((text) => [...text.matchAll(named)].map(([, list]) => list!))
    const names = lists.flatMap((list) => [...list.matchAll(quoted)].map(([, name]) => name!))
    // A message quotes a name unchanged, a statement escapes it.
    return [...new Set(names.flatMap((name) => [name, name.replace(/\\(.)/gs, '$1')]))]
  }

  text(text: string): string {
    if (this.#pattern === null) return text
    const masked = text.replace(this.#pattern, (found) => `${found[0]}${hiddenName}${found.at(-1)}`)
    // A suggestion would reveal that the hidden task exists.
    return masked === text ? text : masked.replace(/ ?did you mean [^?]*\(hidden\)[^?]*\?/gi, '')
  }

  /** A copy of plain data with texts masked. @param isKept - True for texts to leave unchanged. */
  value<T>(value: T, isKept: (text: string) => boolean = () => false): T {
    if (this.#pattern === null) return value
    return mapTexts(value, (text) => (isKept(text) ? text : this.text(text))) as T
  }
}

/** A name in each kind of quotes that messages and statements use, unchanged and escaped. */
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

/** A copy of plain data with each text mapped. Keys are unchanged. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]))
}
