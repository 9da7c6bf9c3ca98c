import { describe, expect, it } from 'vitest'
import { missingInLdd, packagesOf } from '../../../../electron/setup/system-libraries.ts'

const LDD = `/opt/electron/electron:
	linux-vdso.so.1 (0x00007f836e3a9000)
	libffmpeg.so => /opt/electron/libffmpeg.so (0x00007f8361200000)
	libgtk-3.so.0 => not found
	libnss3.so => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f835fe98000)
/opt/electron/libGLESv2.so:
	libnss3.so => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f836e3ab000)
`

describe('missingInLdd', () => {
  it('names each library once', () => {
    expect(missingInLdd(LDD)).toEqual(['libgtk-3.so.0', 'libnss3.so'])
    expect(missingInLdd('\tlibc.so.6 => /lib/libc.so.6 (0x0)\n')).toEqual([])
  })
})

describe('packagesOf', () => {
  it('knows the packages of Debian, those of the same package once', () => {
    expect(packagesOf(['libnss3.so', 'libsmime3.so', 'libgtk-3.so.0'])).toEqual({
      packages: [['libnss3'], ['libgtk-3-0t64', 'libgtk-3-0']],
      unknown: [],
    })
  })

  it('sets aside what no package is known for', () => {
    expect(packagesOf(['libfuture.so.9', 'libgbm.so.1'])).toEqual({
      packages: [['libgbm1']],
      unknown: ['libfuture.so.9'],
    })
  })
})
