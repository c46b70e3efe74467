# SPDX-License-Identifier: GPL-2.0-or-later
# complete.zsh DIRECTORY LINE: what zsh would offer at the end of the line. The
# completion's own functions run; those of the line editor only record.

fpath=($1 $fpath)
autoload -Uz _vdpactl

compadd() {
	[[ $1 != -- ]] || shift
	candidates+=($@)
}
_describe() {
	candidates+=(${${(P)2}%%:*})
}
_files() {
	candidates+=(*(N))
}

typeset -a candidates
words=(${=2})
[[ $2 != *' ' ]] || words+=('')
CURRENT=$#words
_vdpactl
print -rl -- ${(M)candidates:#$words[CURRENT]*}
