/** Python expressions of the conformance files (`daily.between("10:00", "12:00") & ~running`), created with our builders. */
import * as ours from '../../src/index.ts'
import { type Condition, isCondition } from '../../src/index.ts'
import { Unsupported } from './unsupported.ts'

/** The arguments of a call, by position and by name. */
interface Call {
  readonly given: readonly unknown[]
  readonly named: Readonly<Record<string, unknown>>
}

type Value = unknown

/** Parameter names of Rocketry, in order; other functions take arguments by position only. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  every: ['past', 'based'],
  retry: ['n'],
  running: ['task', 'more_than', 'less_than'],
  scheduler_running: ['more_than', 'less_than'],
  scheduler_cycles: ['more_than', 'less_than'],
  cron: ['expression', 'minute', 'hour', 'day_of_month', 'month', 'day_of_week'],
  crontime: ['expression', 'minute', 'hour', 'day_of_month', 'month', 'day_of_week'],
  between: ['start', 'end'],
  before: ['end'],
  after: ['start'],
  starting: ['start'],
}

/** Builders whose arguments have another form here; they receive them in the order of {@link parameters}. */
const builders: Readonly<Record<string, (...args: readonly unknown[]) => Condition>> = {
  every: (past, based) => ours.every(past as string, defined({ based })),
  cron: (...fields) => ours.cron(cronOf(fields)),
  crontime: (...fields) => ours.crontime(cronOf(fields)),
  retry: (n) => (n === undefined || n === null ? ours.retry() : ours.retry(n as number)),
  running: (task, moreThan, lessThan) => {
    let made = ours.running((task ?? undefined) as string | undefined)
    if (moreThan !== undefined) made = made.moreThan(moreThan as string)
    if (lessThan !== undefined) made = made.lessThan(lessThan as string)
    return made
  },
  scheduler_running: (moreThan, lessThan) => ours.schedulerRunning(defined({ moreThan, lessThan })),
  scheduler_cycles: (moreThan, lessThan) => ours.schedulerCycles(defined({ moreThan, lessThan })),
}

function defined(entries: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined && value !== null),
  )
}

function cronOf([expression, minute, hour, dayOfMonth, month, dayOfWeek]: readonly unknown[]) {
  return typeof expression === 'string' ? expression : defined({ minute, hour, dayOfMonth, month, dayOfWeek })
}

const constants: Readonly<Record<string, Value>> = { true: ours.always, false: ours.never }

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The condition that the expression describes. */
export function readExpression(source: string): Condition {
  const made = new Reader(source).readAll()
  if (!isCondition(made)) throw new Unsupported(`no condition: ${source}`)
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
    if (this.#next < this.#tokens.length) throw new Unsupported(`left over: ${this.#tokens[this.#next]}`)
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
    const sign = this.#tokens[this.#next] ?? ''
    const key = comparisons[sign]
    if (key === undefined) return value
    this.#next += 1
    const limit = Number(this.#tokens[this.#next++])
    const counted = (value as { readonly count?: unknown }).count ?? value
    const made = callMethod(counted, key, [limit])
    return sign === '!=' ? (made as Condition).not() : made
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
    if (value === undefined) throw new Unsupported(`no builder: ${name}`)
    if (this.#tokens[this.#next] === '(')
      value = call(builders[name] ?? value, argumentsOf(name, this.#readCall()))
    // Rocketry's `retry` is a condition and a function; ours is a function.
    else if (name === 'retry') value = ours.retry()
    while (this.#take('.')) {
      const member = this.#tokens[this.#next++]!
      const isCall = this.#tokens[this.#next] === '('
      if (isCall) value = callMember(value, member, argumentsOf(member, this.#readCall()))
      else if ((value as Record<string, unknown>)[camel(member)] === undefined)
        throw new Unsupported(`no member: ${member}`)
      else value = (value as Record<string, unknown>)[camel(member)]
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
    if (!this.#take(token)) throw new Unsupported(`no ${token} at ${this.#next}`)
  }
}

const comparisons: Readonly<Record<string, string>> = {
  '<': 'lessThan',
  '>': 'moreThan',
  '<=': 'atMost',
  '>=': 'atLeast',
  '==': 'exactly',
  // Negated equality.
  '!=': 'exactly',
}

/** All arguments by position. */
function argumentsOf(name: string, { given, named }: Call): readonly unknown[] {
  const names = parameters[name] ?? []
  const odd = Object.keys(named).find((key) => !names.includes(key))
  if (odd !== undefined) throw new Unsupported(`${name}(${odd}=…)`)
  const all: unknown[] = [...given]
  for (const [key, value] of Object.entries(named)) all[names.indexOf(key)] = value
  return all
}

function call(target: unknown, args: readonly unknown[]): unknown {
  if (typeof target !== 'function') throw new Unsupported(`no function: ${String(target)}`)
  return target(...args)
}

function callMember(target: unknown, name: string, args: readonly unknown[]): unknown {
  // Rocketry's conversion of a builder to a condition; our builders are conditions.
  if (name === 'get_cond') return target
  // An unlimited side of `between` is `None`.
  if (name === 'between' && args.includes(null)) {
    if (args.every((arg) => arg === null)) return target
    return args[0] === null ? callMethod(target, 'before', [args[1]]) : callMethod(target, 'after', [args[0]])
  }
  return callMethod(target, camel(name), args)
}

function callMethod(target: unknown, key: string, args: readonly unknown[]): unknown {
  const method = (target as Record<string, unknown>)[key]
  if (typeof method !== 'function') throw new Unsupported(`no member: ${key}`)
  return method.apply(target, args)
}
