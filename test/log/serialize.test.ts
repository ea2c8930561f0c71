import { describe, expect, test } from '@jest/globals'
import type { RunRecord } from '../../src/log/entry.ts'
import type { ValueRules } from '../../src/log/serialize.ts'
import { SessionLog } from '../../src/log/session-log.ts'
import { createMemoryStore } from '../../src/log/stores/memory.ts'
import { createRedactor } from '../../src/values/secrets.ts'

const end = { task: 'a', runId: '1', action: 'success' as const, at: 1 }

/** A log with these rules, on a stopped clock. */
const logWith = (rules: ValueRules) =>
  new SessionLog(createMemoryStore(), { now: () => 1, monotonic: () => 1 }, rules)

const stored = (rules: ValueRules, more: Partial<RunRecord>): RunRecord =>
  logWith(rules).append({ ...end, ...more }).record

describe('SessionLog stores values by its rules', () => {
  test('maxSize: a larger return value is omitted with the reason, and returnOf reports it', () => {
    const rules = { maxSize: 100 }
    const record = stored(rules, { value: 'x'.repeat(101), params: { small: 1, large: 'y'.repeat(200) } })
    expect(record).toEqual({
      ...end,
      seq: 1,
      params: { small: 1 },
      omitted:
        'value: it has about 103 characters of JSON, and maxValueSize is 100; param large: it has about 202 characters of JSON, and maxValueSize is 100',
    })
    expect(logWith(rules).returnOf(record)).toEqual({
      kept: false,
      why: 'it has about 103 characters of JSON, and maxValueSize is 100',
    })
  })

  test('serializer: return values that are not plain JSON are restored', () => {
    const rules: ValueRules = {
      serializer: {
        toJson: (value) => [...(value as Map<string, number>)],
        fromJson: (json) => new Map(json as [string, number][]),
      },
    }
    const record = stored(rules, { value: new Map([['x', 1]]) })
    expect(record.value).toEqual([['x', 1]])
    expect(logWith(rules).returnOf(record)).toEqual({ kept: true, value: new Map([['x', 1]]) })
    // A return value that it cannot convert: the run still succeeded.
    expect(stored(rules, { value: 5 }).omitted).toMatch(/^value: the serializer refused it: .*iterable/)
  })

  test('serializer: a value that it cannot restore is reported', () => {
    const fail = (): never => {
      throw new Error('old format')
    }
    const record = stored({}, { value: 5 })
    expect(logWith({ serializer: { toJson: (value) => value, fromJson: fail } }).returnOf(record)).toEqual({
      kept: false,
      why: 'the serializer could not read it: old format',
    })
  })

  test('redactor: params by name; errors, reasons and return values by pattern; a masked return value is not returned', () => {
    const rules = { redactor: createRedactor() }
    rules.redactor.tell('hunter2')
    const record = stored(rules, {
      params: { password: 'x', day: '2026-01-01' },
      value: { auth: 'Bearer abcdefgh' },
      reason: 'hunter2 was refused',
      error: { name: 'Error', message: 'bad hunter2', stack: 'at hunter2', code: 'E' },
    })
    expect(record).toMatchObject({
      params: { password: '(redacted)', day: '2026-01-01' },
      value: { auth: 'Bearer (redacted)' },
      reason: '(redacted) was refused',
      error: { name: 'Error', message: 'bad (redacted)', stack: 'at (redacted)', code: 'E' },
      omitted: 'value: a secret in it is masked; param password: a secret in it is masked',
    })
    expect(logWith(rules).returnOf(record)).toEqual({ kept: false, why: 'a secret in it is masked' })
    const { record: note } = logWith(rules).note({
      note: 'audit',
      at: 1,
      message: 'hunter2',
      data: { token: 'abc', by: 'me' },
    })
    expect(note).toMatchObject({ message: '(redacted)', data: { token: '(redacted)', by: 'me' } })
  })

  test('a state note is stored whole: with a limit or a mask it could not be restored', () => {
    const data = { params: { token: 'abc', text: 'x'.repeat(500) } }
    const rules = { maxSize: 100, redactor: createRedactor() }
    expect(logWith(rules).note({ note: 'state', at: 1, data }).record.data).toEqual(data)
    const { record } = logWith(rules).note({ note: 'audit', at: 1, data })
    expect(record).toEqual({
      seq: 1,
      note: 'audit',
      at: 1,
      omitted: 'data: it has about 534 characters of JSON, and maxValueSize is 100',
    })
  })

  test('a plain record is stored unchanged, and a return value of undefined counts as one', () => {
    const record = stored({ redactor: createRedactor() }, {})
    expect(record).toEqual({ ...end, seq: 1 })
    expect(logWith({}).returnOf(record)).toEqual({ kept: true, value: undefined })
  })
})
