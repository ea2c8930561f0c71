import { tmpdir } from 'node:os'
import { expect, test } from '@jest/globals'
import { networkOf } from '../../../../src/log/stores/disk/network-drive.ts'

test('networkOf distinguishes network file systems from local ones', () => {
  expect(networkOf(tmpdir())).toBeNull()
  expect(networkOf('/nowhere', () => 0x6969)).toBe('NFS')
  expect(networkOf('/nowhere', () => 0xff534d42 | 0)).toBe('CIFS')
  expect(networkOf('/no such folder')).toBeNull()
})
