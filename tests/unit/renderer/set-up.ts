import { disableAutoUnmount, enableAutoUnmount } from '@vue/test-utils'
import { afterEach } from 'vitest'

/** Before each test file: files share a document, so whatever a test has mounted goes with it. */
disableAutoUnmount()
enableAutoUnmount(afterEach)
