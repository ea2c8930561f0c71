/** The next start of each task, or a one-word reason why no time is known. */
import { z } from 'zod'
import { neverHolds, type Session, type Task } from '../../app/index.ts'
import { type Route, route } from '../api/route.ts'
import { taskQuery } from '../contract/inputs.ts'
import { named, nextStartSchema } from '../contract/schemas.ts'

/** Maximum number of tasks per request, since each requires an evaluation of its condition. */
const maxTasks = 500

const answer = named(
  'NextStarts',
  z.object({
    items: z.array(nextStartSchema).describe('In the order of the names.'),
    left: z.number().describe('Number of tasks that were left out because there are too many.'),
  }),
)

export const nextStartRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/next_starts',
    name: 'listNextStarts',
    summary: 'The next start of each task, as far as time alone decides.',
    permission: 'read',
    query: z.strictObject({ task: taskQuery }),
    answers: { 200: { description: 'One entry per task, at most 500.', schema: answer } },
    async handle({ shared: { session }, view, query }) {
      const asked = query.task === undefined ? null : new Set(query.task)
      const tasks = view
        .tasks()
        .filter(({ name }) => asked === null || asked.has(name))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      const first = tasks.slice(0, maxTasks)
      const items = first.map((task) => nextStartOf(session, task))
      await view.learn(items.flatMap(({ after }) => after))
      const shown = items.map((item) => ({ ...item, after: item.after.filter((name) => !view.hides(name)) }))
      return { body: { items: shown, left: tasks.length - first.length } }
    },
  }),
]

type NextStart = z.infer<typeof nextStartSchema>

function nextStartOf(session: Session, task: Task): NextStart {
  const none = (why: NextStart['why']): NextStart => ({ task: task.name, at: null, why, after: [] })
  const { node } = task.start
  if (task.disabled) return none('disabled')
  if (node.kind === 'constant' && !node.value && node.inMs === undefined) return none('manual')
  if (session.state === 'held') return none('held')
  if (session.state !== 'running') return none('stopped')
  const [next] = task.nextRuns(1)
  if (next !== undefined && next.toMillis() > session.clock.now())
    return { ...none('time'), at: next.toISO() }
  if (next !== undefined) return none('now')
  if (neverHolds(node, session.now().zoneName ?? 'UTC', session.clock.now()) !== null) return none('never')
  const after = task.waitsFor().flatMap(({ kind, name }) => (kind === 'task' && name !== null ? [name] : []))
  return { ...none('waits'), after: [...new Set(after)].filter((name) => name !== task.name) }
}
