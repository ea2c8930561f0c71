/** Custom words: the args of their functions and of their calls. The type check is the test; nothing here runs. */
import { type CustomCondition, condition } from '../../src/conditions/index.ts'
import type { Context, Instant, TaskName } from '../../src/index.ts'
import { createApp, every } from '../../src/index.ts'
import type { DurationInput } from '../../src/time/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<_T extends true>(): void {}

const app = createApp()

const old = app.condition(
  'file {path} of {who:task} is older than {age:duration} at {at:moment} on {day:date} {n:number} times',
  (values, context) => {
    same<
      Same<typeof values, { path: string; who: string; age: number; at: string; day: string; n: number }>
    >()
    same<Same<typeof context, Context>>()
    return values.n > 0
  },
)
same<
  Same<
    typeof old,
    CustomCondition<{
      path: string
      who: TaskName
      age: DurationInput
      at: string
      day: Instant
      n: number
    }>
  >
>()

old({ path: 'a', who: 'b', age: '2 hours', at: '07:00', day: new Date(0), n: 1 })
// @ts-expect-error a placeholder is left out
old({ path: 'a' })
// @ts-expect-error no such unit
old({ path: 'a', who: 'b', age: '2 hous', at: '07:00', day: 0, n: 1 })
// @ts-expect-error not a number
old({ path: 'a', who: 'b', age: 1, at: '07:00', day: 0, n: '1' })

app.condition(
  ['{n:number} files wait', 'more than {n:number} wait'],
  { validFor: '1 minute' },
  ({ n }) => n > 1,
)
app.condition('online', { refresh: every('1 minute'), concurrency: 2 }, async () => true)
app.condition(/there is an? (?<what>\w+)/, ({ what }: { what: string }) => what !== '')
app.condition({ validFor: 1000 }, () => true)
condition('file {path} exists', ({ path }: { path: string }) => path !== '')({ path: 'a' })
// @ts-expect-error no such option
app.condition('online', { vaildFor: 1000 }, () => true)
// @ts-expect-error the placeholder is text
condition('file {path} exists', ({ path }: { path: number }) => path > 0)({ path: 'a' })
// @ts-expect-error no such placeholder
condition('file {path} exists', ({ file }) => file !== '')
