// The inspector without its package: an error that names the package to install.
import { createStatelyInspector } from 'gantry/inspect'

await createStatelyInspector({ port: 0 }).catch((error) => console.log(error.message))
