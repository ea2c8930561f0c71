/** Entry point of the dashboard. */
import { render } from 'preact'
import { App } from './app.tsx'
import './style.css'
import { follow } from './store.ts'

follow()
render(<App />, document.getElementById('app')!)
