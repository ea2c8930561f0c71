import { describe, expect, test } from '@jest/globals'
import { evaluateRow } from './evaluate.ts'
import type { Row } from './time/time-rules.ts'

const row = (fields: object): Row => ({ id: 'x', expected: null, suspect: false, ...fields })
const verdictOf = async (file: string, fields: object) => (await evaluateRow(file, row(fields))).verdict

describe('evaluateRow: unknown input is unsupported, regardless of the expectation', () => {
  const day = { type: 'TimeOfDay', args: { start: '10:00', end: null }, period: '' }
  const exec = { condition: null, api: null, task: 't', logs: [], now: '2024-01-01T00:00:00', timezone: null }
  const session = { start: '2024-01-01T00:00:00', step: 1, cycles: 1, tasks: [] }
  test.each<[what: string, file: string, fields: object]>([
    ['a file', 'novelties', {}],
    ['a field of a row', 'durations', { duration: '1 s', unit: 'ms' }],
    ['an op', 'time-roll', { ...day, op: 'rollsideways', datetime: '2024-01-01T00:00:00' }],
    ['an op of a construction', 'time-construct', { ...day, op: 'dissolve' }],
    ['a class of period', 'time-contains', { ...day, type: 'TimeOfDecade', datetime: '2024-01-01T00:00:00' }],
    [
      'an argument of a period',
      'time-contains',
      { ...day, args: { ...day.args, mood: 'blue' }, datetime: '2024-01-01T00:00:00' },
    ],
    ['a kind of statement', 'parse', { kind: 'poem', statement: 'daily' }],
    ['a builder', 'parse', { kind: 'api', statement: 'fortnightly' }],
    ['a member of a builder', 'parse', { kind: 'api', statement: 'daily.around("10:00")' }],
    ['a named argument', 'parse', { kind: 'api', statement: 'every("1 day", mood="blue")' }],
    ['a class of condition', 'task-executable', { ...exec, tree: { type: 'TaskDreamt', args: {} } }],
    [
      'a comparison',
      'task-executable',
      { ...exec, tree: { type: 'TaskStarted', args: { task: null, period: null, compare: { '%': 2 } } } },
    ],
    ['a config key', 'sessions', { ...session, config: { mood: 'blue' }, expected: { log: [] } }],
    [
      'an action of a task',
      'sessions',
      { ...session, tasks: [{ name: 't', does: ['dance'] }], expected: { log: [] } },
    ],
    [
      'an outcome',
      'sessions',
      { ...session, tasks: [{ name: 't', outcomes: ['bliss'] }], expected: { log: [] } },
    ],
  ])('%s', async (_, file, fields) => {
    expect(await verdictOf(file, fields)).toBe('unsupported')
  })
})

describe('evaluateRow', () => {
  test('a suspect row is evaluated by its intention, or skipped', async () => {
    const suspect = { duration: '1 s', expected_us: 5, suspect: true }
    expect(await verdictOf('durations', suspect)).toBe('skipped')
    expect(await verdictOf('durations', { ...suspect, intended: 1_000_000 })).toBe('agree')
    expect(await verdictOf('durations', { ...suspect, intended: 5_000_000 })).toBe('differ')
  })

  test('an error of the language is a difference, even if an error is expected', async () => {
    const broken = await evaluateRow('durations', row({ duration: { toString: null }, expected_us: null }))
    expect(broken.verdict).not.toBe('unsupported')
    const nothing = await evaluateRow('task-executable', row({ tree: null, expected: true }))
    expect(nothing.verdict).toBe('differ')
  })

  test('sessions: a run at the wrong time, a missing action and an unexpected error differ', async () => {
    const scenario = {
      start: '2024-01-01T00:00:07.250',
      step: 1,
      cycles: 2,
      tasks: [{ name: 't', start_cond: 'true' }],
      shut_cond_tree: { type: 'SchedulerCycles', args: { compare: { '>=': 2 } } },
    }
    const log = [1, 2].flatMap((t) => ['run', 'success'].map((action) => ({ task: 't', action, t })))
    expect(await verdictOf('sessions', { ...scenario, expected: { log } })).toBe('agree')
    const late = log.map((entry) => ({ ...entry, t: entry.t + 3 }))
    expect(await verdictOf('sessions', { ...scenario, expected: { log: late } })).toBe('differ')
    const other = log.map((entry) => ({ ...entry, action: entry.action === 'run' ? 'run' : 'fail' }))
    expect(await verdictOf('sessions', { ...scenario, expected: { log: other } })).toBe('differ')
    expect(await verdictOf('sessions', { ...scenario, expected: { log, raises: 'RuntimeError' } })).toBe(
      'differ',
    )
    const more = [...log, ...log.map((entry) => ({ ...entry, t: entry.t + 2 }))]
    expect(await verdictOf('sessions', { ...scenario, expected: { log: more } })).toBe('differ')
  })
})
