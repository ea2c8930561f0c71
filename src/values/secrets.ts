/**
 * Redaction of secrets in the run log.
 *
 * A secret is recognized by its form (a cloud key, a password in a URL), by its name (`{ password }` as a param), or by
 * its value: values of `secret()` are masked wherever they occur, also in error messages. Returns of tasks are masked
 * by form and by value only: a `nextPageToken` is an ordinary value.
 */
import { checkOptions } from './check-options.ts'
import { eachText } from './texts-in.ts'

/**
 * The text in the place of a secret, in the log and in answers over HTTP.
 *
 * @example
 * ```ts
 * redacted // '(redacted)'
 * ```
 */
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
  /** Params whose name matches are masked. Default: names that usually denote secrets; `false` masks none. */
  readonly keys?: RegExp | false
  /** Parts of texts to mask, in addition to the built-in patterns: cloud keys, bearer tokens, passwords in URLs. */
  readonly patterns?: readonly RegExp[]
}

const secretNames =
  /passw(or)?d|passphrase|secret|token|authori[sz]ation|api[-_]?key|credential|cookie|private[-_]?key/i

/**
 * True if a name sounds like a secret (`password`, `apiToken`). The log masks the params with these names, and the HTTP
 * interface the members with these keys.
 *
 * @example
 * ```ts
 * const redact = (key: string, value: unknown) => (soundsSecret(key) || key === 'pin' ? redacted : value)
 * ```
 */
export function soundsSecret(name: string): boolean {
  return secretNames.test(name)
}

/**
 * Patterns to mask and their replacements. Each begins with distinctive characters, so that long texts are searched
 * fast.
 */
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

/** A shorter registered secret would mask parts of common words. */
const shortestSecret = 4
/** Maximum number of registered secrets; the newest ones are kept. */
const maxRegistered = 1_000

/**
 * Creates a {@link Redactor}.
 *
 * @example
 * ```ts
 * const redactor = createRedactor({ patterns: [/\bcustomer-\d+/] })
 * ```
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  checkOptions(options, ['keys', 'patterns'], 'options of a redactor')
  const own = (options.patterns ?? []).map((pattern): Pattern => [withFlag(pattern, 'g'), redacted])
  const keys = options.keys ?? secretNames
  return new Redactor(keys === false ? false : withFlag(keys, ''), [...knownPatterns, ...own])
}

/** A copy of the pattern without state: global and sticky patterns remember their position. */
function withFlag(pattern: RegExp, flag: string): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '') + flag)
}

/**
 * Masks secrets in texts and in JSON values. Created by {@link createRedactor}.
 *
 * @example
 * ```ts
 * const redactor: Redactor = createRedactor()
 * redactor.tell('hunter2')
 * redactor.text('the word is hunter2') // 'the word is (redacted)'
 * ```
 */
export class Redactor {
  readonly #registered = new Set<string>()

  constructor(
    readonly keys: RegExp | false,
    readonly patterns: readonly Pattern[],
  ) {}

  /** Registers a secret, a text or a value that contains texts. It is masked from now on. */
  tell(secret: unknown): void {
    eachText(secret, (text) => this.#remember(text))
  }

  /** The text with its secrets masked. */
  text(text: string): string {
    let clean = text
    for (const secret of this.#registered) clean = clean.replaceAll(secret, redacted)
    for (const [pattern, mask] of this.patterns) clean = clean.replace(pattern, mask)
    return clean
  }

  /** A JSON value with its secrets masked; the same object if there are none. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    return mapMembers(value, (member) => this.value(member))
  }

  /** A named JSON value with its secrets masked, and with members masked whose name denotes a secret. */
  named(name: string, value: unknown): unknown {
    if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
      return value
    if (this.keys !== false && this.keys.test(name)) return redacted
    if (typeof value === 'string') return this.text(value)
    return mapMembers(value, (member, key) => this.named(key, member))
  }

  #remember(secret: string): void {
    if (secret.length < shortestSecret) return
    this.#registered.delete(secret)
    this.#registered.add(secret)
    const [oldest] = this.#registered
    if (this.#registered.size > maxRegistered) this.#registered.delete(oldest!)
  }
}

/** A copy with changed members; the same object if no member changed. */
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
