/**
 * A session controlled by another program: one JSON command per line on standard input, one JSON event per line on standard
 * output. Try `echo '{"type":"task.run","task":"report","params":{"day":"Monday"}}' | node dist/examples/external-control.js`.
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
    // An invalid line is answered, and the session continues.
    console.log(JSON.stringify({ type: 'refused', line, message: (error as Error).message }))
  }
})
lines.on('close', () => session.shutDown())
await session.stopped
