// The inspector without the package behind it: an error that says what to install.
import { createStatelyInspector } from 'gantry/inspect'

await createStatelyInspector({ port: 0 }).catch((error) => console.log(error.message))
