/**
 * Takes secrets out of what goes into the log.
 *
 * A secret is known by what it looks like (a key of a cloud, a password in a URL), by the name it is passed under
 * (`{ password }` as a param), or because it was told: values of `secret()` are masked wherever they turn up, in the message
 * of an error, too. What a task returns is masked by look and by being told only: a `nextPageToken` is a value like others.
 */

/** What stands in the place of a secret. */
export const redacted = '(redacted)'

/**
 * Options of {@link createRedactor}.
 *
 * @example
 * ```ts
 * const redact: RedactorOptions = { keys: /passwort|geheim/i, patterns: [/\bcustomer-\d+/] }
 * createApp({ log: { redact } })
 * ```
 */
export interface RedactorOptions {
  /** Params of such a name are masked; default what sounds like a secret; `false` for none. */
  readonly keys?: RegExp | false
  /** Such parts of texts are masked, beside those that are known: keys of clouds, bearer tokens, passwords in URLs. */
  readonly patterns?: readonly RegExp[]
}

const soundsSecret =
  /passw(or)?d|passphrase|secret|token|authori[sz]ation|api[-_]?key|credential|cookie|private[-_]?key/i

/** What is masked, and what stands there then: each begins with letters of its own, so that long texts are gone through fast. */
const knownPatterns: readonly Pattern[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, redacted],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, redacted],
  [
    /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|npm_\w{30,})/g,
    redacted,
  ],
  [/\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)[-_][\w-]{16,}/g, redacted],
  [/\b(Bearer|Basic) [\w.~+/-]{8,}=*/g, `$1 ${redacted}`],
  [/(:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,200}(?=@)/g, `$1${redacted}`],
]

type Pattern = readonly [pattern: RegExp, mask: string]

/** A told secret shorter than this would mask parts of common words. */
const shortestSecret = 4
/** So many told secrets are remembered, the newest. */
const maxTold = 1_000

/**
 * Makes a {@link Redactor}.
 *
 * @example
 * ```ts
 * const redactor = createRedactor({ patterns: [/\bcustomer-\d+/] })
 * ```
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const own = (options.patterns ?? []).map((pattern): Pattern => [withFlag(pattern, 'g'), redacted])
  const keys = options.keys ?? soundsSecret
  return new Redactor(keys === false ? false : withFlag(keys, ''), [...knownPatterns, ...own])
}

/** The pattern without state of its own: those that are global or sticky remember where they were. */
function withFlag(pattern: RegExp, flag: string): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '') + flag)
}

/**
 * Masks secrets in texts and in values that JSON can carry. {@link createRedactor} makes one.
 *
 * @example
 * ```ts
 * const redactor: Redactor = createRedactor()
 * redactor.tell('hunter2')
 * redactor.text('the word is hunter2') // 'the word is (redacted)'
 * ```
 */
export class Redactor {
  readonly #told = new Set<string>()

  constructor(
    readonly keys: RegExp | false,
    readonly patterns: readonly Pattern[],
  ) {}

  /** Tells of a secret: a text, or whatever holds texts. It is masked from now on. */
  tell(secret: unknown): void {
    if (typeof secret === 'string') this.#remember(secret)
    else if (typeof secret === 'object' && secret !== null)
      for (const part of Object.values(secret)) this.tell(part)
  }

  /** The text without its secrets. */
  text(text: string): string {
    let clean = text
    for (const secret of this.#told) clean = clean.replaceAll(secret, redacted)
    for (const [pattern, mask] of this.patterns) clean = clean.replace(pattern, mask)
    return clean
  }

  /** A value of JSON without its secrets: the same object where there were none. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    return mapMembers(value, (member) => this.value(member))
  }

  /** A named value of JSON without its secrets, and without members whose name sounds like one. */
  named(name: string, value: unknown): unknown {
    if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
      return value
    if (this.keys !== false && this.keys.test(name)) return redacted
    if (typeof value === 'string') return this.text(value)
    return mapMembers(value, (member, key) => this.named(key, member))
  }

  #remember(secret: string): void {
    if (secret.length < shortestSecret) return
    this.#told.delete(secret)
    this.#told.add(secret)
    const [oldest] = this.#told
    if (this.#told.size > maxTold) this.#told.delete(oldest!)
  }
}

/** A copy with its members changed; the thing itself where none was. */
function mapMembers(thing: object, change: (member: unknown, key: string) => unknown): unknown {
  let isChanged = false
  const changeOne = (member: unknown, key: string): unknown => {
    const changed = change(member, key)
    if (changed !== member) isChanged = true
    return changed
  }
  if (Array.isArray(thing)) {
    const list = thing.map((member) => changeOne(member, ''))
    return isChanged ? list : thing
  }
  const made = Object.fromEntries(Object.entries(thing).map(([key, member]) => [key, changeOne(member, key)]))
  return isChanged ? made : thing
}
