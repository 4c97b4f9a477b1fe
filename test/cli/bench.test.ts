/** The arguments of `iobert bench`; test/bench/bench.thorough.test.ts covers what it measures and prints. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iobert } from './run.ts'

test('iobert bench refuses what is no report, no number and a second model; the help lists it', async () => {
  const notReport = await iobert(['bench', '--compare', 'package.json'])
  assert.is(notReport.code, 2)
  assert.match(notReport.stderr, 'not a report')
  assert.is((await iobert(['bench', '--compare', 'nowhere.json'])).code, 2)
  assert.is((await iobert(['bench', '--seconds', 'soon'])).code, 2)
  assert.is((await iobert(['bench', 'a', 'b'])).code, 2)
  assert.match((await iobert(['--help'])).stdout, /^ {2}iobert bench +\S/mu)
  assert.match((await iobert(['bench', '--help'])).stdout, '--compare')
})

test.run()
