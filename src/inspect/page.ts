/**
 * The page that connects Stately's inspector, a web page on another site, with this session: it contains the inspector in a frame
 * and passes the messages of the session on to it.
 *
 * Its address contains the token, as does the address of the WebSocket. The page connects when the framed page reports that it is
 * ready, and again after that page is reloaded: each connection receives all live actors.
 */

/** Returns the page for an inspector at an address. */
export function bridgePage(inspector: string): string {
  // `</script>` within an address would end the script.
  const text = (value: string) => JSON.stringify(value).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Inspector</title>
    <style>
      body { margin: 0 }
      iframe { border: 0; display: block; height: 100vh; width: 100vw }
    </style>
  </head>
  <body>
    <iframe title="Inspector"></iframe>
    <script type="module">
      const address = ${text(inspector)}
      const frame = document.querySelector('iframe')
      let socket
      addEventListener('message', ({ source, data }) => {
        if (source !== frame.contentWindow || data?.type !== '@statelyai.connected') return
        socket?.close()
        socket = new WebSocket(\`ws://\${location.host}\${location.pathname}\`)
        socket.onmessage = (message) =>
          frame.contentWindow.postMessage(JSON.parse(message.data), new URL(address).origin)
      })
      frame.src = address
    </script>
  </body>
</html>
`
}
