/** The Python expressions of the conformance files (`daily.between("10:00", "12:00") & ~running`), made with our builders. */
import * as ours from '../../src/conditions/index.ts'
import { type Condition, isCondition } from '../../src/conditions/index.ts'

/** The arguments of a call: those by position, and those by name. */
interface Call {
  readonly given: readonly unknown[]
  readonly named: Readonly<Record<string, unknown>>
}

type Value = unknown
type Builder = (call: Call) => Value

const defined = (entries: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null))

const builders: Readonly<Record<string, Builder>> = {
  every: ({ given, named }) => ours.every(given[0] as string, defined({ based: named.based }) as object),
  cron: ({ given, named }) => ours.cron(cronOf(given, named)),
  crontime: ({ given, named }) => ours.crontime(cronOf(given, named)),
  retry: ({ given }) => ours.retry(given[0] === null ? -1 : (given[0] as number)),
  scheduler_running: ({ given, named }) =>
    ours.schedulerRunning(
      defined({ moreThan: given[0] ?? named.more_than, lessThan: given[1] ?? named.less_than }),
    ),
  scheduler_cycles: ({ given, named }) =>
    ours.schedulerCycles(
      defined({ moreThan: given[0] ?? named.more_than, lessThan: given[1] ?? named.less_than }),
    ),
}

function cronOf(given: readonly unknown[], named: Readonly<Record<string, unknown>>) {
  if (typeof given[0] === 'string') return given[0]
  return defined({
    minute: named.minute,
    hour: named.hour,
    dayOfMonth: named.day_of_month,
    month: named.month,
    dayOfWeek: named.day_of_week,
  })
}

const constants: Readonly<Record<string, Value>> = { true: ours.always, false: ours.never }

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The condition that the expression describes. */
export function readExpression(source: string): Condition {
  const made = new Reader(source).readAll()
  if (!isCondition(made)) throw new TypeError(`no condition: ${source}`)
  return made
}

class Reader {
  readonly #tokens: readonly string[]
  #next = 0

  constructor(source: string) {
    this.#tokens = source.match(/'[^']*'|"[^"]*"|[\w]+|-?\d+|[<>=!]=|\S/g) ?? []
  }

  readAll(): Value {
    const value = this.#readAny()
    if (this.#next < this.#tokens.length) throw new SyntaxError(`left over: ${this.#tokens[this.#next]}`)
    return value
  }

  #readAny(): Value {
    let left = this.#readEvery()
    while (this.#take('|')) left = (left as Condition).or(this.#readEvery() as Condition)
    return left
  }

  #readEvery(): Value {
    let left = this.#readNot()
    while (this.#take('&')) left = (left as Condition).and(this.#readNot() as Condition)
    return left
  }

  #readNot(): Value {
    if (this.#take('~')) return (this.#readNot() as Condition).not()
    const value = this.#readChain()
    const operator = this.#tokens[this.#next]
    if (operator === undefined || !(operator in comparisons)) return value
    this.#next += 1
    const limit = Number(this.#tokens[this.#next++])
    return (value as { count: Record<string, (n: number) => Condition> }).count[comparisons[operator]!]!(
      limit,
    )
  }

  #readChain(): Value {
    if (this.#take('(')) {
      const inner = this.#readAny()
      this.#expect(')')
      return inner
    }
    const name = this.#tokens[this.#next++]!
    if (/^['"]/.test(name)) return name.slice(1, -1)
    if (/^-?\d/.test(name)) return Number(name)
    if (name === 'None') return null
    let value = constants[name] ?? (ours as Record<string, unknown>)[camel(name)]
    if (value === undefined) throw new ReferenceError(`no builder: ${name}`)
    if (this.#tokens[this.#next] === '(') value = callWith(builders[name] ?? value, this.#readCall(), name)
    while (this.#take('.')) {
      const key = camel(this.#tokens[this.#next++]!)
      const member = (value as Record<string, unknown>)[key]
      if (member === undefined) throw new ReferenceError(`no member: ${key}`)
      value = this.#tokens[this.#next] === '(' ? callMethod(value, key, this.#readCall()) : member
    }
    return value
  }

  #readCall(): Call {
    this.#expect('(')
    const given: unknown[] = []
    const named: Record<string, unknown> = {}
    while (!this.#take(')')) {
      if (this.#tokens[this.#next + 1] === '=') {
        const key = this.#tokens[this.#next]!
        this.#next += 2
        named[key] = this.#readAny()
      } else given.push(this.#readAny())
      this.#take(',')
    }
    return { given, named }
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false
    this.#next += 1
    return true
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new SyntaxError(`no ${token} at ${this.#next}`)
  }
}

const comparisons: Readonly<Record<string, string>> = {
  '<': 'lessThan',
  '>': 'moreThan',
  '<=': 'atMost',
  '>=': 'atLeast',
  '==': 'exactly',
}

function callWith(target: unknown, call: Call, name: string): unknown {
  if (builders[name] !== undefined) return (target as Builder)(call)
  return (target as (...args: readonly unknown[]) => unknown)(...call.given)
}

/** Rocketry writes an open side of `between` as None. */
function callMethod(target: unknown, key: string, { given }: Call): unknown {
  const methods = target as Record<string, (...args: readonly unknown[]) => unknown>
  if (key === 'between' && given.includes(null)) {
    if (given[0] === null && given[1] === null) return target
    return given[0] === null ? methods.before!(given[1]) : methods.after!(given[0])
  }
  return methods[key]!(...given)
}
