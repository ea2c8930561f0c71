/** Gantry: an embeddable, inspectable task scheduler. The composition root: the public exports, and the server of the dashboard. */
import { registerServer } from './app/serve.ts'

export * from './app/index.ts'

registerServer(async (session, address) => {
  // Loaded when an app asks for the dashboard: most apps never do.
  const { createHttp } = await import('./http/index.ts')
  const http = createHttp(session, { dashboard: true })
  await http.listen(address)
  return () => http.close()
})
