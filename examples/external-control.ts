/**
 * A session that another program steers: one JSON command a line on standard input, one JSON piece of news a line on
 * standard output. Try `echo '{"type":"task.run","task":"report","params":{"day":"Monday"}}' | node dist/examples/external-control.js`.
 */
import { createInterface } from 'node:readline'
import { type Command, createApp } from 'gantry'

const app = createApp({ handleSignals: true })
app.task('report', false, { args: { day: 'today' } }, ({ day }) => `the report of ${day}`)

const session = await app.start()
session.on('*', (news) => console.log(JSON.stringify(news)))

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  if (line.trim() === '') return
  try {
    session.send(JSON.parse(line) as Command)
  } catch (error) {
    // A bad line is answered, and the session goes on.
    console.log(JSON.stringify({ type: 'refused', line, message: (error as Error).message }))
  }
})
lines.on('close', () => session.shutDown())
await session.stopped
