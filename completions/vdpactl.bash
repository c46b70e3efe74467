# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of vdpactl for bash. The grammar is the command's own: its help
# says which objects, commands, keywords and values there are.
#
# In a usage line a word in capitals stands for a value; behind a keyword or an
# option it is that word's value, elsewhere it stands alone.

# What may stand where a usage line says $1
_vdpactl_values() {
	case $1 in
	DEV) ls /sys/bus/vdpa/devices 2>/dev/null ;;
	MGMTDEV) "$vdpactl" mgmtdev show 2>/dev/null | grep -x '[^ ]*' ;;
	VFIO-DEVICE) ls /sys/class/vfio-dev 2>/dev/null ;;
	FILE | PATH) compgen -f -- "$cur" ;;
	[a-z]*'|'*) echo "${1//|/ }" ;;
	esac
}

# The usage of an object, a line for each command; what the command is called
# comes first, unless the object is its own command
_vdpactl_usage() {
	"$vdpactl" "$1" help 2>/dev/null |
		sed -n 's/.*vdpactl \[OPTIONS\] [^ ]*//; T; s/\[,[^]]*\]//g; s/\.\.\.//g; s/^ *//p'
}

# Of the usage on standard input, what may follow the command $1, which may be shortened
_vdpactl_arguments() {
	local command rest found=''

	while read -r command rest; do
		[[ $command != "$1" ]] || { found=$rest; break; }
		[[ $command != "$1"* ]] || found=${found:-$rest}
	done
	echo "$found"
}

# Candidates among the arguments that the usage $1 allows, behind the words $2...
_vdpactl_next() {
	local LC_ALL=C usage=${1//[[{]/} word previous=';'
	local -a places=() keywords=()
	local -A takes=() used=()

	# ";" keeps what stands behind a bracket apart from what is in it
	usage=${usage//[]\}]/ ; }
	for word in ${usage// | / ; }; do
		case $word in
		';') ;;
		[A-Z]* | *'|'*)
			if [[ $previous == [a-z-]* ]]; then
				takes[$previous]=$word
			else
				places+=("$word")
			fi ;;
		*) keywords+=("$word") ;;
		esac
		previous=$word
	done

	previous=''
	for word in "${@:2}"; do
		if [[ $previous ]]; then
			previous=''
		elif [[ " ${keywords[*]} " == *" $word "* ]]; then
			used[$word]=1
			[[ ! ${takes[$word]} ]] || previous=$word
		else
			places=("${places[@]:1}")
		fi
	done

	if [[ $previous ]]; then
		_vdpactl_values "${takes[$previous]}"
		return
	fi
	[[ ! ${places[0]} ]] || _vdpactl_values "${places[0]}"
	for word in "${keywords[@]}"; do
		[[ ${used[$word]} ]] || echo "$word"
	done
}

# Candidates behind the words $@, which are no options of every command
_vdpactl_candidates() {
	local usage

	if [[ ! $1 ]]; then
		"$vdpactl" help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p'
		echo help
		return
	fi
	usage=$(_vdpactl_usage "$1")
	if [[ $usage != [a-z]* ]]; then
		_vdpactl_next "$usage" "${@:2}"
	elif [[ ! $2 ]]; then
		cut -d ' ' -f 1 <<<"$usage"
		echo help
	else
		_vdpactl_next "$(_vdpactl_arguments "$2" <<<"$usage")" "${@:3}"
	fi
}

_vdpactl() {
	# $COMP_WORDS is split at colons, which device handles are full of
	local vdpactl=$1 line=${COMP_LINE:0:COMP_POINT} cur='' word options candidates
	local -a words=() typed=()

	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] || { cur=${words[-1]}; unset 'words[-1]'; }

	options=$("$vdpactl" help 2>/dev/null | sed -n 's/^OPTIONS := //p' | grep -o -- '--[a-z]*')
	for word in "${words[@]:1}"; do
		[[ $word == -[a-zA-Z]* || " ${options//$'\n'/ } " == *" $word "* ]] || typed+=("$word")
	done

	candidates=$(_vdpactl_candidates "${typed[@]}")
	[[ $cur != -* ]] || candidates+=$'\n'$options
	mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")

	# Readline replaces only what follows the last colon
	if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
	fi
}

complete -F _vdpactl vdpactl
