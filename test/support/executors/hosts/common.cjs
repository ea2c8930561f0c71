'use strict'
/** A CommonJS program with the built package. */
const { command, createApp, moduleWork } = require('gantry')

async function main() {
  const app = createApp({ logger: { debug() {}, info() {}, warn() {}, error() {} } })
  const path = require.resolve('../work/common.cjs')
  for (const execution of ['async', 'thread', 'process']) {
    const named = app.task(
      `named-${execution}`,
      false,
      { execution, args: { a: 1 } },
      moduleWork(path, 'named'),
    )
    const hidden = app.task(`hidden-${execution}`, false, { execution }, moduleWork(path, 'viaDefault'))
    app.task(`all-${execution}`, false, async () => [(await named.run()).value, (await hidden.run()).value])
  }
  app.task('command', false, command('echo built'))
  await app.start()
  for (const name of ['all-async', 'all-thread', 'all-process', 'command'])
    console.log(JSON.stringify((await app.session.task(name).run()).value))
  app.session.shutDown()
  await app.session.stopped
}

main()
