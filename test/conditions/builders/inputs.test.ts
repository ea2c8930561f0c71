/** Inputs of combinations, which are those of a task's start. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { all, any, type Condition, condition, daily, every, not, StatementError } from 'gantry'
import { BehaviorSubject, Subject } from 'rxjs'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Every kind of start, and how it prints. */
const inputs: readonly (readonly [name: string, input: never, printed: string])[] = [
  ['a condition', daily.after('07:00'), 'daily after 07:00'],
  ['a builder that is also a function', daily, 'daily'],
  ['text', "task 'fetch' has succeeded", "task 'fetch' has succeeded"],
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['an Observable', new Subject<boolean>(), 'stream'],
  ['a function', (): boolean => true, 'condition'],
  ['an async function', async (): Promise<boolean> => true, 'condition'],
  ['a custom condition', condition('it is hot', () => true), 'it is hot'],
] as unknown as readonly (readonly [string, never, string])[]

describe.each(inputs)('%s', (_, input, printed) => {
  test.each<readonly [string, () => Condition, string]>([
    ['and', () => every('2 seconds').and(input), `every 2 seconds & ${printed}`],
    ['or', () => every('2 seconds').or(input), `every 2 seconds | ${printed}`],
    ['all', () => all(input, every('2 seconds')), `${printed} & every 2 seconds`],
    ['any', () => any(input, every('2 seconds')), `${printed} | every 2 seconds`],
  ])('is valid within %s', (_, make, text) => {
    expect(String(make())).toBe(text)
  })

  test('can be negated', () => {
    const denied = { true: 'false', false: 'true' }[printed] ?? `~${printed}`
    expect(String(not(input))).toBe(denied)
  })

  test('is a start, an end and a shut condition', () => {
    const { app } = setUp({ shutCondition: input })
    expect(String(app.task('a', input, { end: input }, () => {}).start)).toBe(printed)
  })
})

test('a stream combined with a schedule launches while its last value is true', async () => {
  const { app, clock, news } = setUp()
  const isHot$ = new BehaviorSubject(false)
  app.task('cool', every('2 seconds').and(isHot$), () => {})
  await app.start()
  const starts = (): number => news.filter(({ type }) => type === 'run.started').length
  await clock.advance('10 seconds')
  expect(starts()).toBe(0)
  isHot$.next(true)
  await clock.advance('10 seconds')
  expect(starts()).toBe(6)
  isHot$.next(false)
  await clock.advance('10 seconds')
  expect(starts()).toBe(6)
})

test('a condition from a stream has a text form, and is not polled', async () => {
  const { app, clock } = setUp()
  const isHot$ = new BehaviorSubject(false)
  const isHot = app.condition('it is hot', isHot$)
  const task = app.task('cool', isHot, { disabled: true }, () => {})
  await app.start()
  expect(task.isDue).toBe(false)
  expect(task.explain().condition.changesAt).toBeNull()
  isHot$.next(true)
  await clock.settled()
  expect(task.explain().condition.holds).toBe(true)
  expect(String(task.start)).toBe('it is hot')
})

test('a misspelled statement throws where it is combined, and shows the position', () => {
  expect(() => daily.and('hurly' as string)).toThrow(StatementError)
  expect(() => daily.and('hurly' as string)).toThrow(/did you mean `hourly`/)
})

test.each([5, null, undefined, {}])('%p is refused', (input) => {
  expect(() => daily.and(input as never)).toThrow(
    /must be a condition, a statement, a boolean, a function or an Observable/,
  )
})
