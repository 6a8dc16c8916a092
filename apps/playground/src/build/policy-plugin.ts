/** Writes the content security policy into the built page, for hosts that send no headers. */
import type { Plugin } from 'vite';
import { CONTENT_POLICY } from '../page-security.ts';

/** The plugin. Not while developing: vite's own client would be refused. */
export function policyPlugin(): Plugin {
  return {
    name: 'mfim-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_POLICY }, injectTo: 'head-prepend' },
    ],
  };
}
