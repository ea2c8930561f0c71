/** Pages of notes: together they hold all notes, without those of hidden tasks. */
import { afterEach, expect, test } from '@jest/globals'
import { createMemoryStore, type Store } from 'gantry'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
afterEach(() => served.close())

async function start(store: Store): Promise<void> {
  served = await serve(
    (app) => {
      for (const name of ['open', 'vault']) app.task(name, false, () => 1)
    },
    { authorize: ({ task }) => task !== 'vault' },
    { store },
  )
  const { log } = served.app.session
  for (let n = 0; n < 250; n++) await log.note({ task: n % 2 === 0 ? 'open' : 'vault', message: `note ${n}` })
  await log.note({ message: 'session.run', data: { tasks: ['open', 'vault'] } })
}

async function pages(query: string): Promise<string[]> {
  const found: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await served.ask('GET', `/notes?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...body.items.map(({ message }: { message: string }) => message))
    if (found.length > 1_000) throw new Error('the pages do not end')
    if (body.nextCursor === null) return found
    cursor = body.nextCursor
  }
}

const visible = Array.from({ length: 125 }, (_, n) => `note ${2 * (124 - n)}`)

test.each(['limit=1', 'limit=7', 'limit=124', 'limit=125', 'limit=300', 'task=open&limit=50', ''])(
  'pages of %j hold each visible note once',
  async (query) => {
    await start(createMemoryStore())
    expect(await pages(query)).toEqual(visible)
    expect(await pages('task=vault')).toEqual([])
  },
)

test('a store without pages of notes gives one page, and not the same one endlessly', async () => {
  const inner = createMemoryStore()
  const notes = inner.notes.bind(inner)
  inner.notes = ({ before: _, ...query }) => notes(query)
  await start(inner)
  const got = await pages('limit=7')
  expect(got).toEqual(visible.slice(0, got.length))
})
