/** How ids begin: the kind can be told from the id. Client ids begin with anything but `usr_`, so that `sub` values never meet (RFC 9068 §5). */
export const idPrefixes = {
  application: 'app_',
  keySet: 'ks_',
  secret: 'sec_',
  user: 'usr_',
  family: 'fam_',
  event: 'evt_',
  client: '',
} as const;
