/** A program whose runs wait for a session, in the way of its first argument. */
import { createApp } from '../../../src/index.ts'

const app = createApp()
const a = app.task('a', false, () => 'done')
const b = app.task('b', false, () => {})

switch (process.argv[2]) {
  case 'never started':
    void b.run()
    void b.run()
    await a.run()
    break
  case 'taken back': {
    const handle = a.run()
    handle.terminate()
    await handle
    break
  }
  case 'started': {
    const handle = a.run()
    await app.start()
    await handle
    app.session.shutDown()
    await app.session.stopped
    console.log('listeners', process.listenerCount('beforeExit'))
    break
  }
}
