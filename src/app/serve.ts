/** The server of the dashboard. The composition root registers it, so that an app does not depend on `gantry/http`. */
import type { Session } from '../session/api/session.ts'

/** Address of the dashboard. */
export interface DashboardAddress {
  /** Port; 0 takes any free one. Default 4600, or a free one if 4600 is in use. */
  readonly port?: number
  /** Address to listen at. Default `127.0.0.1`. */
  readonly host?: string
}

/** Serves a session; resolves when it listens, to a function that closes the server. */
export type ServeDashboard = (session: Session, address: DashboardAddress) => Promise<() => Promise<void>>

let registered: ServeDashboard | undefined

export function registerServer(serve: ServeDashboard): void {
  registered = serve
}

export function serveDashboard(session: Session, address: DashboardAddress): Promise<() => Promise<void>> {
  if (registered === undefined)
    throw new Error("Cannot serve the dashboard as no server is registered: import createApp from 'gantry'.")
  return registered(session, address)
}
