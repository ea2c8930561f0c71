/** Printer of conditions as statements, which parse back to the same condition if the language has words for it. */
import { printDuration } from '../../time/duration/duration.ts'
import type { Period } from '../../time/period.ts'
import type { MarkAction } from '../facts.ts'
import type { Comparison, ConditionNode, NodeKind } from '../node.ts'
import { spanOf } from './holds.ts'

type Print<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>) => string

/** The condition as a statement. */
export function printNode(node: ConditionNode): string {
  return node.text ?? (byKind[node.kind] as Print<NodeKind>)(node)
}

/** Verbs of the statement language, by action. */
const verbs: Readonly<Record<MarkAction, string>> = {
  run: 'started',
  success: 'succeeded',
  fail: 'failed',
  terminate: 'terminated',
  inaction: 'inacted',
  crash: 'crashed',
  missed: 'missed',
}

const byKind: { readonly [K in NodeKind]: Print<K> } = {
  constant: (node) => (node.value ? 'true' : 'false'),
  period: (node) => printPeriod(node.period),
  count: (node) => {
    const who = node.task === null ? '' : `task ${quote(node.task)} `
    const [window, zone] = printWindow(node.period)
    return `${who}has ${verbOf(node.actions)}${window}${printComparison(node.compare)}${zone}`
  },
  running: (node) => {
    const who = node.task === null ? 'this task' : `task ${quote(node.task)}`
    const more = node.moreThanMs === null ? '' : ` more than ${printDuration(node.moreThanMs)}`
    const less = node.lessThanMs === null ? '' : ` less than ${printDuration(node.lessThanMs)}`
    return `${who} is running${more}${less}${printComparison(node.compare)}`
  },
  after: (node) => `after task ${quote(node.task)} ${verbOf(node.actions)}`,
  retry: (node) => {
    const times = node.times === Number.POSITIVE_INFINITY ? 'retry' : `retry ${node.times} times`
    const delay = node.delayMs === 0 ? '' : ` after ${printDuration(node.delayMs)}`
    const factor = node.factor === 1 ? '' : ` growing ${node.factor} fold`
    const max = Number.isFinite(node.maxDelayMs) ? ` up to ${printDuration(node.maxDelayMs)}` : ''
    const jitter = node.jitter === 0 ? '' : ` varying by ${node.jitter}`
    const on = node.on.length === 1 && node.on[0] === 'fail' ? '' : ` on ${node.on.join(', ')}`
    const when = node.when === undefined ? '' : ` when ${node.when.name || 'the error allows'}`
    return `${times}${delay}${factor}${max}${jitter}${on}${when}`
  },
  session: (node) => {
    const parts: string[] = []
    if (node.moreThanMs !== null) parts.push(`scheduler has run over ${printDuration(node.moreThanMs)}`)
    if (node.lessThanMs !== null) parts.push(`scheduler started ${printDuration(node.lessThanMs)} ago`)
    if (node.cycles !== null) parts.push(printCycles(node.cycles))
    return parts.length === 0 ? 'scheduler started' : parts.join(' & ')
  },
  param: (node) => `param ${quote(node.name)} ${node.hasValue ? `is ${printValue(node.value)}` : 'exists'}`,
  predicate: (node) => node.words ?? printCall(node.name, node.args),
  all: (node) => node.nodes.map((part) => bracket(part, ['any'])).join(' & '),
  any: (node) => node.nodes.map((part) => bracket(part, ['all'])).join(' | '),
  not: (node) => `~${bracket(node.node, ['all', 'any'])}`,
  // Custom words may end in a placeholder that would take the following words.
  held: (node) =>
    `${bracket(node.node, ['all', 'any', 'not', 'held', 'predicate'])} for ${printDuration(node.forMs)}`,
}

/** Quotes a task's name, or another text, for a statement. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Numbers, booleans and null print unquoted; other values print as text. */
function printValue(value: unknown): string {
  const isPlain = value === null || typeof value === 'boolean' || Number.isFinite(value)
  return isPlain ? String(value) : quote(String(value))
}

/**
 * The verb for the actions. `has finished` includes terminations, `after … finished` does not; the actions distinguish
 * them.
 */
export function verbOf(actions: readonly MarkAction[]): string {
  return actions.length > 1 ? 'finished' : verbs[actions[0]!]
}

/** Cycles and cron have their own words; all other periods are quoted. */
function printPeriod(period: Period): string {
  if (period.kind === 'cron') return `time of ${period}`
  return period.kind === 'cycle' ? String(period) : `during ${quote(String(period))}`
}

/** The words of a count's period, and of its zone, which statements expect at the end. */
function printWindow(period: Period | null): readonly [window: string, zone: string] {
  if (period === null) return ['', '']
  const span = spanOf(period)
  if (span !== null && span.nearMs === 0 && Number.isFinite(span.farMs))
    return [` past ${printDuration(span.farMs)}`, '']
  const zone = period.zone === undefined ? '' : ` in ${period.zone}`
  const text = String(period).slice(0, zone === '' ? undefined : -zone.length)
  const cycle = /^time of (second|minute|hour|day|week|month|year)(.*)$/s.exec(text)
  if (period.kind !== 'cycle' || cycle === null) return [` during ${quote(String(period))}`, '']
  return [` ${cycle[1] === 'day' ? 'today' : `this ${cycle[1]}`}${cycle[2]}`, zone]
}

function printComparison({ atLeast, atMost, moreThan, lessThan, exactly }: Comparison): string {
  let text = ''
  if (exactly !== undefined) text += ` exactly ${exactly} times`
  if (atLeast !== undefined) text += ` at least ${atLeast} times`
  if (moreThan !== undefined) text += ` more than ${moreThan} times`
  if (atMost !== undefined) text += ` at most ${atMost} times`
  if (lessThan !== undefined) text += ` less than ${lessThan} times`
  return text
}

function printCycles({ atLeast, moreThan, lessThan, exactly }: Comparison): string {
  if (moreThan !== undefined) return `scheduler has more than ${moreThan} cycles`
  if (atLeast !== undefined) return `scheduler has at least ${atLeast} cycles`
  if (lessThan !== undefined) return `scheduler has less than ${lessThan} cycles`
  return `scheduler has ${exactly ?? 0} cycles`
}

function printCall(name: string, args: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(args).map(([key, value]) => `${key}: ${showValue(value)}`)
  return shown.length === 0 ? name : `${name}(${shown.join(', ')})`
}

function showValue(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'object' && value !== null ? '…' : String(value)
}

function bracket(node: ConditionNode, kinds: readonly NodeKind[]): string {
  const text = printNode(node)
  // Original text of a part may contain operators.
  const hasOperators = node.text !== undefined && /[&|]/.test(node.text)
  return hasOperators || (node.text === undefined && kinds.includes(node.kind)) ? `(${text})` : text
}
