/** The flag that changes values of a config. */
export const setFlag = {
  kind: 'parsed',
  parse: String,
  variadic: true,
  optional: true,
  brief: 'Change a value of the config: key.inner=value',
  placeholder: 'key=value',
} as const;
