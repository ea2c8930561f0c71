/** Random conditions and histories for property tests of conditions. */
import fc from 'fast-check'
import type { Action } from '../../machines/protocol.ts'
import {
  afterSuccess,
  all,
  always,
  any,
  atMostRuns,
  type Condition,
  cron,
  crontime,
  daily,
  during,
  every,
  failed,
  finished,
  from,
  hourly,
  minutely,
  missed,
  monthly,
  never,
  not,
  once,
  onceIn,
  paramExists,
  paramIs,
  retry,
  running,
  schedulerRunning,
  started,
  succeeded,
  timeOfDay,
  timeOfHour,
  until,
  weekly,
  yearly,
} from '../../src/conditions/index.ts'
import { cycle, dated, grid, span } from '../../src/time/index.ts'
import type { Happening } from './table-facts.ts'

/** Noon of a Tuesday, UTC. */
export const noon = Date.UTC(2026, 10, 24, 12)
export const hourMs = 3_600_000

const leaf: fc.Arbitrary<Condition> = fc.constantFrom(
  always,
  never,
  minutely,
  hourly,
  hourly.at('30:00'),
  daily.after('07:00'),
  daily.between('22:00', '02:00'),
  weekly.on('Tue'),
  timeOfHour.between('10:00', '20:00'),
  timeOfDay.after('12:30'),
  every('10 minutes'),
  every('1 hour', { based: 'success' }),
  cron('*/15 * * * *'),
  afterSuccess('other'),
  retry(2),
  retry(3, { delay: '7 minutes', factor: 2, jitter: 0.2 }),
  started.thisHour,
  succeeded('other').today.atLeast(2),
  finished.past('25 minutes').exactly(1),
  failed('other').past('2 hours').lessThan(2),
  running('other'),
  running('other').moreThan('40 minutes'),
  running('other').between('10 minutes', '90 minutes'),
  running('other').count.lessThan(1),
  schedulerRunning({ moreThan: '50 minutes' }),
  schedulerRunning({ lessThan: '70 minutes' }),
  paramExists('go'),
  paramIs('go', 'yes'),
  schedulerRunning(),
  daily.after('07:00').in('Asia/Tokyo'),
  succeeded.today.atLeast(2).in('Europe/Helsinki'),
  every('10 minutes', { between: ['10:05', '13:00'] }),
  once('2026-11-24 12:20'),
  from('2026-11-24 12:40'),
  until('2026-11-24 12:50'),
  atMostRuns(2),
  missed('other').thisHour,
  onceIn('10 minutes'),
  cron('10 * * * *', { grace: '20 minutes' }),
  crontime('*/20 11-13 * * *', { grace: '7 minutes' }).in('Asia/Kathmandu'),
  during('time of hour after 40:00 | time of day between 12:10 and 12:30'),
  during(grid('10 minutes', cycle('hour', { between: ['10:00', '45:00'] }))),
  during(span('past', { near: '1 hour' })),
  during(dated({ from: '2026-11-24 12:15', until: '2026-11-24 13:15' })).in('Europe/Lisbon'),
  timeOfDay.at('12:00', '12:30', '14:00'),
  failed('other').during('yesterday'),
  succeeded.during(span('past', { near: '10 minutes', far: '1 hour' })),
  started('other').during('time of hour before 30:00 & time of day after 08:00').atLeast(2),
  monthly.on('last Tue'),
  yearly.on('Nov 24th'),
  weekly.on('Mon', 'Tue 12:00', 'Fri'),
  during(cycle('day', { between: ['12:00', '12:30'], closed: true })),
)

/** A condition of up to three levels. */
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((parts) => all(...parts)),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((parts) => any(...parts)),
    tie('tree').map((part) => not(part)),
  ),
})).tree

const action: fc.Arbitrary<Action> = fc.constantFrom('run', 'success', 'fail', 'terminate', 'inaction')

/** Events of `this` and `other` in the hours before noon, in order. */
export const happenings: fc.Arbitrary<readonly Happening[]> = fc
  .array(
    fc.record({
      task: fc.constantFrom('this', 'other'),
      action,
      at: fc.integer({ min: -3 * 60, max: 0 }).map((minutes) => noon + minutes * 60_000),
    }),
    { maxLength: 6 },
  )
  .map((rows) => rows.sort((a, b) => a.at - b.at))
