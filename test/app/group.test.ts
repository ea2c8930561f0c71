/** Groups: a prefix, an additional condition and an execution for their tasks; created from an app or without one. */
import { expect, test } from '@jest/globals'
import { createApp, createGroup, daily, StatementError } from 'gantry'
import { TestClock } from 'gantry/testing'

const work = () => {}

test("an app's group adds tasks at once, and returns the task itself", async () => {
  const app = createApp({ clock: new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' }), timezone: 'UTC' })
  const nightly = app.group({ prefix: 'nightly.', start: 'time of day between 22:00 and 06:00' })
  const backUp = nightly.task('backup', daily, { priority: 3 }, work)
  expect(backUp).toBe(app.session.task('nightly.backup'))
  expect(backUp.priority).toBe(3)
  expect(String(backUp.start)).toBe('daily & time of day between 22:00 and 06:00')
})

test('groups nest: prefixes join, all conditions must hold, the inner execution wins', () => {
  const app = createApp()
  const outer = app.group({ prefix: 'a.', start: 'daily', execution: 'main' })
  const inner = outer.group({ prefix: 'b.', start: 'time of week on Mon', execution: 'async' })
  const task = inner.task('c', 'time of month on 1st', work)
  expect(task.name).toBe('a.b.c')
  expect(String(task.start)).toBe('time of month on 1st & time of week on Mon & daily')
  expect(task.execution).toBe('async')
  expect(outer.task('d', false, work).execution).toBe('main')
  expect(outer.task('e', false, { execution: 'async' }, work).execution).toBe('async')
})

test('a task of a group with manual start keeps it, without a warning, and runs at the start of the session', async () => {
  const app = createApp()
  const group = app.group({ start: 'daily before 00:01' })
  group.task('by hand', false, work)
  group.task('open', false, { onStartup: true }, work)
  expect([String(app.session.task('by hand').start), app.session.warnings]).toEqual(['false', {}])
  await app.start()
  expect(app.session.task('open').status).toBe('success')
  app.session.shutDown()
  await app.session.stopped
})

test('a group written without an app is included with its params, also into another group', () => {
  const reports = createGroup({ prefix: 'reports.' })
  const daily = reports.task('daily', 'daily', work)
  reports.params({ stage: 'dev' })
  expect(daily.name).toBe('reports.daily')
  const all = createGroup({ prefix: 'all.', start: 'time of week between Mon and Fri' })
  all.include(reports)
  const app = createApp({ params: { stage: 'prod', other: 1 } })
  app.include(all)
  app.group({ prefix: 'x.' }).include(reports)
  expect(app.session.tasks().map(({ name }) => name)).toEqual(['all.reports.daily', 'x.reports.daily'])
  expect(app.session.params.toJSON()).toEqual({ stage: 'dev', other: 1 })
})

test('a group with an invalid task adds nothing', () => {
  const group = createGroup()
  group.task('good', 'daily', work)
  group.task('bad', 'dayly' as string, work)
  const app = createApp()
  expect(() => app.include(group)).toThrow(StatementError)
  expect(app.session.tasks()).toEqual([])
})

test('only groups can be included', () => {
  expect(() => createApp().include({} as never)).toThrow(/^Cannot include that as it must be a group/)
})

test('an unknown option of a group is an error that names the nearest', () => {
  expect(() => createGroup({ perfix: 'x' } as never)).toThrow(
    /'perfix' is not one of them. Did you mean 'prefix'\?/,
  )
})
