// The package by require(): the same instance as by import.
const gantry = require('gantry')
const { TestClock } = require('gantry/testing')
const { sessionMachine, taskMachine, runMachine } = require('gantry/machines')
const inspect = require('gantry/inspect')
const { createHttp } = require('gantry/http')
const { every } = require('gantry/conditions')
const { createMemoryStore } = require('gantry/log')
const { past } = require('gantry/time')

const main = async () => {
  const { createApp } = await import('gantry')
  const clock = new TestClock()
  const app = gantry.createApp({ clock })
  app.task('hello', 'every 1 minute', () => 'hello')
  const session = await app.start()
  await clock.settled()
  console.log(
    JSON.stringify({
      isOneCopy: createApp === gantry.createApp,
      value: session.task('hello').lastValue,
      machines: [sessionMachine.id, taskMachine.id, runMachine.id],
      inspect: Object.keys(inspect),
      http: typeof createHttp,
      areOneCopy: [every, createMemoryStore, past].every((value) => Object.values(gantry).includes(value)),
    }),
  )
  session.shutDown()
  await session.stopped
}
main()
