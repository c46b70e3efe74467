# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of vdpactl for bash. The grammar is the command's own: its help
# says which objects, commands, keywords and values there are.
#
# In a usage line a word in capitals stands for a value; behind a keyword or an
# option it is that word's value, elsewhere it stands alone.
#
# Names are other people's: nothing here may have the shell read one again, as
# "compgen -W" does. What is offered is collected in the array candidates.

# The paths that begin with $1, without $2 in front
_vdpactl_paths() {
	local path

	for path in "$1"*; do
		[[ ! -e $path && ! -L $path ]] || candidates+=("${path#"$2"}")
	done
}

# What may stand where a usage line says $1
_vdpactl_values() {
	local -a names=()

	case $1 in
	DEV) _vdpactl_paths /sys/bus/vdpa/devices/ /sys/bus/vdpa/devices/ ;;
	MGMTDEV) mapfile -t names < <("$vdpactl" mgmtdev show 2>/dev/null | grep -x '[^ ]*') ;;
	VFIO-DEVICE) _vdpactl_paths /sys/class/vfio-dev/ /sys/class/vfio-dev/ ;;
	FILE | PATH) _vdpactl_paths "$cur" '' ;;
	[a-z]*'|'*) IFS='|' read -ra names <<<"$1" ;;
	esac
	candidates+=("${names[@]}")
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
		[[ ${used[$word]} ]] || candidates+=("$word")
	done
}

# Candidates behind the words $@, which are no options of every command
_vdpactl_candidates() {
	local usage
	local -a names=()

	if [[ ! $1 ]]; then
		mapfile -t names < <("$vdpactl" help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
		candidates+=("${names[@]}" help)
		return
	fi
	usage=$(_vdpactl_usage "$1")
	if [[ $usage != [a-z]* ]]; then
		_vdpactl_next "$usage" "${@:2}"
	elif [[ ! $2 ]]; then
		mapfile -t names < <(cut -d ' ' -f 1 <<<"$usage")
		candidates+=("${names[@]}" help)
	else
		_vdpactl_next "$(_vdpactl_arguments "$2" <<<"$usage")" "${@:3}"
	fi
}

# Of the candidates, those that begin with $cur, as the shell is to read them
_vdpactl_reply() {
	local candidate quoted head='' open=''

	# Readline replaces only what follows the last colon
	[[ $cur != *:* || $COMP_WORDBREAKS != *:* ]] || head=${cur%"${cur##*:}"}
	[[ $cur != [\"\']* ]] || open=${cur:0:1}

	for candidate in "${candidates[@]}"; do
		[[ $candidate && $candidate == "${cur#"$open"}"* ]] || continue
		printf -v quoted %q "${candidate#"$head"}"
		# Behind a quotation mark other rules hold: what needs none is no risk there
		[[ ! $open || $quoted == "$candidate" ]] || continue
		COMPREPLY+=("$quoted")
	done
}

_vdpactl() {
	# $COMP_WORDS is split at colons, which device handles are full of
	local vdpactl=$1 line=${COMP_LINE:0:COMP_POINT} cur='' word
	local -a words=() typed=() options=() candidates=()

	# Without -r: a backslash takes the meaning from what follows, as in the shell
	# shellcheck disable=SC2162
	read -a words <<<"$line"
	[[ $line == *[^\\][[:space:]] ]] || { cur=${words[-1]}; unset 'words[-1]'; }

	mapfile -t options < <("$vdpactl" help 2>/dev/null | sed -n '/^OPTIONS := /,/}/p' |
		grep -o -- '--[a-z]*')
	for word in "${words[@]:1}"; do
		[[ $word == -[a-zA-Z]* || " ${options[*]} " == *" ${word%%=*} "* ]] || typed+=("$word")
	done

	_vdpactl_candidates "${typed[@]}"
	[[ $cur != -* ]] || candidates+=("${options[@]}")
	COMPREPLY=()
	_vdpactl_reply
}

complete -F _vdpactl vdpactl
