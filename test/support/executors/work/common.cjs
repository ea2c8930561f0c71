'use strict'
const hidden = { viaDefault: () => 'from the default' }
module.exports = Object.assign({}, hidden)
module.exports.named = ({ a }) => `common ${a}`
