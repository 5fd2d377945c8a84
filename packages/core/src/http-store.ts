import type { HttpOptions } from './http-request.ts';
import { openHttp } from './http-source.ts';
import { checkKey } from './key.ts';
import type { ReadableStore } from './store.ts';

/**
 * Makes a read-only store of the resources below a URL; a query of the URL, such as a signature, goes with each request.
 * @throws TypeError when the URL is none.
 */
export function httpStore(base: string | URL, http: HttpOptions = {}): ReadableStore {
  const root = new URL(base, typeof location === 'undefined' ? undefined : location.href);
  if (!root.pathname.endsWith('/')) root.pathname += '/';
  return {
    async open(key, options) {
      const url = new URL(root);
      url.pathname += checkKey(key).split('/').map(encodeURIComponent).join('/');
      return openHttp(url.href, http, options);
    },
  };
}
