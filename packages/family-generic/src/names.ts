/** GENL_NAMSIZ without the NUL: the bytes of a family's or a group's name. */
export const LONGEST_NAME = 15;

/** GENL_ID_CTRL */
export const CONTROL_ID = 0x10;

export const CONTROL_NAME = 'nlctrl';
