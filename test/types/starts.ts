/** The start of a task, as the compiler checks it. Nothing here runs. */
import {
  all,
  any,
  type Condition,
  type Context,
  condition,
  createApp,
  createGroup,
  daily,
  every,
  not,
  onEach,
  type Start,
} from 'gantry'
import { Subject } from 'rxjs'
import { app, type Session } from '../support/types/shapes.ts'

declare module 'gantry' {
  interface StatementWords {
    'folder {path} is empty': true
  }
}

declare const session: Session
declare const text: string
declare const either: Start
const work = (): void => {}
const group = createGroup()

app.task('a', daily.after('07:00'), work)
app.task('a', true, work)
app.task('a', new Subject<boolean>(), work)
app.task('a', onEach(new Subject<string>()), work)
app.task('a', 'daily after 07:00', work)
app.task('a', 'folder inbox is empty', work)
app.task('a', "daily & task 'b' has succeeded", work)
// Text that is only known at run time passes; it is parsed when the task is added.
app.task('a', text, work)
app.task('a', either, work)
app.task('a', `task '${text}' is running`, work)
for (const often of ['hourly', 'daily'] as const) app.task(often, often, work)
group.task('a', 'every 10 minutes', { timeout: '1 minute' }, work)
session.createTask('a', 'weekly on Mon, Wed and Fri', work)

// @ts-expect-error a misspelled word
app.task('a', 'dayly', work)
// @ts-expect-error a misspelled word next to options
app.task('a', 'dayly after 07:00', { priority: 1 }, work)
// @ts-expect-error a word that was not declared
app.task('a', 'drawer inbox is empty', work)
// @ts-expect-error one of them is misspelled
for (const often of ['hourly', 'dialy'] as const) app.task(often, often, work)
// @ts-expect-error a misspelled unit, in a group
group.task('a', 'every 10 minuts', work)
// @ts-expect-error a misspelled verb, in a session
session.createTask('a', 'has suceeded', work)
// @ts-expect-error a number is not a start
app.task('a', 5, work)

// Combinators accept what a start accepts.
const isHot$ = new Subject<boolean>()
const list: Condition[] = [daily]
const starts: Start[] = []
every('2 seconds').and(isHot$)
daily.and(
  'hourly',
  () => true,
  async () => false,
  true,
  daily.after('07:00'),
  isHot$,
  `every ${text}`,
)
daily.or('hourly', () => isHot$)
all('daily', isHot$, () => true)
any(isHot$, ...list)
any(...starts)
all(text)
not(isHot$)
not('daily')
not((_: unknown, { clock }: Context) => clock.now() > 0)
condition(isHot$)
app.condition(isHot$)
app.condition('it is hot', isHot$).and('daily')
app.task('a', () => true, work)
app.task('a', async () => true, {}, work)
app.task('a', (_, { clock }: Context) => clock.now() > 0, work)
app.task('a', condition(isHot$), { end: isHot$ }, work)
app.task('a', () => isHot$, { end: () => true }, work)
createApp({ shutCondition: async () => true })
createGroup({ start: () => true })

// @ts-expect-error a misspelled word
daily.and('hurly')
// @ts-expect-error a misspelled word next to a correct one
daily.or('hourly', 'dayli')
// @ts-expect-error a misspelled word
all(daily, 'dayly')
// @ts-expect-error a misspelled word
not('dayly')
// @ts-expect-error a number is not a condition
daily.and(5)
